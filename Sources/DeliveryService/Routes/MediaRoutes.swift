package import Contract
import DeliveryAPI
package import SecurityKit
package import ServerKit

/// Files behind a signed prefix.
package struct MediaRoutes: Sendable {
  let settings: DeliverySettings
  let store: MediaStore
  let ended: EndedSessions
  let keys: StackKeys
  let clock: WallClock

  package init(
    settings: DeliverySettings, store: MediaStore, ended: EndedSessions, keys: StackKeys, clock: WallClock
  ) {
    self.settings = settings
    self.store = store
    self.ended = ended
    self.keys = keys
    self.clock = clock
  }

  package func add(to routes: inout Routes) {
    routes.raw(DeliveryEndpoints.media) { call in try await serve(call) }
    routes.raw(DeliveryEndpoints.mediaHead) { call in try await serve(call) }
  }

  private func serve(_ call: RawCall) async throws -> Answer {
    guard let address = MediaAddress(target: call.request.target) else { throw DeliveryError.fileNotFound }
    let token = try MediaToken.verify(address.token, asset: address.asset, now: clock.now(), keys: keys)
    guard !ended.contains(token.session) else { throw DeliveryError.sessionEnded }
    let cap = token.maxHeight.map { HeightCap(maxHeight: $0) }
    if let cap, !cap.grants(address.file) { throw DeliveryError.heightNotGranted(maxHeight: cap.maxHeight) }
    let file = try store.open(address.file, of: address.asset)
    let type = MediaType(fileName: address.file.last)
    if let cap, let kind = HeightCap.Manifest(address.file) {
      let cacheControl = "private, max-age=\(settings.manifestSeconds)"
      return try await CappedManifest(file: file, type: type, kind: kind, cap: cap, cacheControl: cacheControl)
        .answer(to: call.request)
    }
    let answer = FileAnswer(
      file: file, type: type, cacheControl: try await cacheControl(of: file, type),
      chunkBytes: settings.chunkKibibytes * 1024,
      // A slow download must not outlive its session.
      check: { [ended, clock] in
        if ended.contains(token.session) || token.expires <= clock.now() { throw DeliveryError.sessionEnded }
      })
    return try await answer.answer(to: call.request)
  }

  /// A playlist that has not ended is asked for again to hear of more: an old one must not be the answer.
  private func cacheControl(of file: OpenMediaFile, _ type: MediaType) async throws -> String {
    guard type.isManifest else { return "private, max-age=31536000, immutable" }
    return try await file.isGrowingPlaylist ? "private, no-cache" : "private, max-age=\(settings.manifestSeconds)"
  }
}
