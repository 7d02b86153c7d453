import Contract
import NIOCore
import PlaybackAPI
import SecurityKit
package import ServerKit

/// Keys of encrypted assets.
package struct ContentKeyRoutes: Sendable {
  let contentKeys: ContentKeys
  let giving: GiveContentKey
  let counts: PlaybackCounts

  /// An asset has one key; a browser that asks for more than a few asks for something else.
  static let longestKeyList = 16

  package func add(to routes: inout Routes) {
    routes.answer(ContentKeyEndpoints.make) { call in
      let key = try await contentKeys.makeOrFind(for: call.parameters.asset, scheme: call.body.scheme)
      return Answer(
        status: ContentKeyEndpoints.make.status,
        headers: [("content-type", "application/json"), ("cache-control", "no-store")],
        body: .bytes(ByteBuffer(bytes: try JSON.encode(key))))
    }
    routes.answer(ContentKeyEndpoints.key) { call in
      let key = try counts.givingKey { () throws -> ContentKey in
        let key = try giving.key(of: call.parameters.asset, token: call.parameters.token)
        guard call.parameters.key == key.id.description else { throw PlaybackError.contentKeyNotFound }
        return key
      }
      return answer(key.bytes, contentType: "application/octet-stream")
    }
    routes.raw(ContentKeyEndpoints.licence) { call in
      let body = try await call.body.collect(upTo: ContentKeyEndpoints.licence.bodyLimitBytes)
      let licence = try counts.givingKey { try self.licence(call, Array(buffer: body)) }
      return answer(try JSON.encode(licence), contentType: "application/json")
    }
  }

  private func licence(_ call: RawCall, _ body: [UInt8]) throws -> LicenceAnswer {
    guard let asset = call.parameter("asset").flatMap({ AssetID($0) }), let token = call.parameter("token") else {
      throw PlaybackError.contentKeyNotFound
    }
    guard let request = try? JSON.decode(LicenceRequest.self, from: body),
      (1...Self.longestKeyList).contains(request.kids.count)
    else { throw Problem.badRequest("The body must be a ClearKey licence request.") }
    let key = try giving.key(of: asset, token: token)
    guard request.kids.contains(Base64URL.encode(key.id.bytes)) else { throw PlaybackError.contentKeyNotFound }
    return LicenceAnswer(
      keys: [.init(kid: Base64URL.encode(key.id.bytes), k: Base64URL.encode(key.bytes))])
  }

  /// Kept by nobody on the way; readable by players on other origins, as segments are.
  private func answer(_ bytes: [UInt8], contentType: String) -> Answer {
    Answer(
      status: 200,
      headers: [
        ("content-type", contentType), ("cache-control", "no-store"), ("access-control-allow-origin", "*"),
        ("cross-origin-resource-policy", "cross-origin"), ("x-content-type-options", "nosniff"),
      ],
      body: .bytes(ByteBuffer(bytes: bytes)))
  }
}
