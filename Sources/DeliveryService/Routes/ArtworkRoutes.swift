import Contract
import DeliveryAPI
package import ServerKit

/// Pictures that are shown before anything plays, to whoever is signed in.
package struct ArtworkRoutes: Sendable {
  let settings: DeliverySettings
  let store: MediaStore

  package init(settings: DeliverySettings, store: MediaStore) {
    self.settings = settings
    self.store = store
  }

  package func add(to routes: inout Routes) {
    routes.raw(DeliveryEndpoints.artwork) { call in
      // The endpoint is open, because a picture in a page cannot carry a header: the gateway has looked at its cookie.
      guard call.request.context.principal.role != .anonymous else { throw DeliveryError.notSignedIn }
      guard let address = ArtworkAddress(target: call.request.target) else { throw DeliveryError.fileNotFound }
      let file = try store.open(address.file, of: address.asset)
      let answer = FileAnswer(
        file: file, type: MediaType(fileName: address.file.last),
        cacheControl: "private, max-age=\(settings.artworkSeconds)", chunkBytes: settings.chunkKibibytes * 1024,
        check: {})
      return try await answer.answer(to: call.request)
    }
  }
}
