import ClientKit
import Contract
import Foundation
import PlaybackAPI
import PlaybackService
import SecurityKit
import ServerKit
import StorageKit
import TestKit
import Testing

@Suite("Keys of encrypted assets") struct ContentKeyTests {
  private static let asset = AssetID(seed: "asset")
  private static let other = AssetID(seed: "another asset")

  private func make(
    _ scheme: EncryptionScheme = .cbcs, for asset: AssetID = asset, on server: PlaybackServer,
    as principal: Principal = Principal(role: .service)
  ) async throws -> ContentKey {
    try await server.service.transport.call(
      ContentKeyEndpoints.make, ContentKeyAssetPath(asset: asset), body: NewContentKey(scheme: scheme),
      in: .test(principal))
  }

  private func get(_ target: String, on server: PlaybackServer) async throws -> TransportResponse {
    try await server.service.transport.send(
      TransportRequest(method: .get, target: target, context: .test(.anonymous)))
  }

  private func post(_ body: String, to target: String, on server: PlaybackServer) async throws -> TransportResponse {
    try await server.service.transport.send(
      TransportRequest(
        method: .post, target: target, headers: [("content-type", "application/json")], body: Array(body.utf8),
        context: .test(.anonymous)))
  }

  private func prefix(_ session: PlaybackSession) -> String {
    String(session.manifests.hls.dropLast(MediaLayout.hlsManifest.utf8.count))
  }

  private func address(_ key: ContentKeyID, _ session: PlaybackSession, asset: AssetID = asset) -> String {
    let token = String(session.manifests.hls.split(separator: "/")[1])
    return ContentKeyEndpoints.key.path.expand(
      [("token", token), ("asset", "\(asset)"), ("key", "\(key)")].map { (name: $0.0, value: $0.1) })
  }

  private func licenceRequest(_ key: ContentKey) -> String {
    #"{"kids":["\#(Base64URL.encode(key.id.bytes))"],"type":"temporary"}"#
  }

  @Test("An asset has one key, made when first asked for, for one scheme, and for services alone")
  func made() async throws {
    try await withPlayback { server in
      let first = try await make(on: server)
      let again = try await make(on: server)
      #expect(first == again && first.bytes.count == 16 && first.scheme == .cbcs)
      let other = try await make(for: Self.other, on: server)
      #expect(other.id != first.id && other.bytes != first.bytes)
      await #expect(throws: Problem.self) { try await make(.aes128, on: server) }
      do {
        _ = try await make(on: server, as: PlaybackServer.principal())
        Issue.record("a viewer made a key")
      } catch let problem as Problem {
        #expect(problem.status == 403)
      }
    }
  }

  @Test("The key outlives the service, sealed: its bytes are in no file")
  func sealed() async throws {
    try await withTemporaryFolder("playback") { home in
      try await PlaybackServer.seed(home: home)
      var first: ContentKey?
      try await withPlayback(at: home) { server in first = try await make(on: server) }
      let key = try #require(first)
      for file in try FileManager.default.subpathsOfDirectory(atPath: home) {
        let data = FileManager.default.contents(atPath: "\(home)/\(file)") ?? Data()
        #expect(data.range(of: Data(key.bytes)) == nil, "\(file)")
        #expect(data.range(of: Data(HexBytes.text(key.bytes).utf8)) == nil, "\(file)")
      }
      try await withPlayback(at: home) { server in
        let again = try await make(on: server)
        #expect(again == key)
        #expect(!server.service.log.lines.joined().contains(HexBytes.text(key.bytes)))
      }
      // Sealed for this very asset and scheme: a row that is moved opens nothing.
      let database = try ServiceDatabase(path: "\(home)/playback/playback.db", migrations: PlaybackSchema.all)
      try await database.write { db in
        _ = try db.execute("UPDATE content_keys SET asset_id = ? WHERE asset_id = ?", Self.other, Self.asset)
      }
      database.close()
      try await withPlayback(at: home) { server in
        await #expect(throws: Problem.self) { try await make(for: Self.other, on: server) }
      }
    }
  }

  @Test("A session names the encryption, and its prefix gives the key for as long as it plays")
  func given() async throws {
    try await withPlayback { server in
      let clear = try await server.start(PlaybackServer.titles[1])
      #expect(clear.encryption == nil && clear.manifests.dash != nil)
      let key = try await make(on: server)
      let session = try await server.start()
      let encryption = try #require(session.encryption)
      #expect(encryption.scheme == .cbcs && encryption.keyId == key.id && encryption.keySystem == "org.w3.clearkey")
      let address = address(key.id, session)
      #expect(address == "\(prefix(session))keys/\(key.id)")
      let licenceAddress = try #require(encryption.licence)
      #expect(licenceAddress == "\(prefix(session))keys")
      #expect(ContentKeyEndpoints.licence.path.description.hasSuffix("/\(MediaLayout.keysFolder)"))

      let given = try await get(address, on: server)
      #expect(given.status == 200 && given.body == key.bytes)
      #expect(given.header("cache-control") == "no-store" && given.header("access-control-allow-origin") == "*")
      let licence = try await post(licenceRequest(key), to: licenceAddress, on: server)
      #expect(licence.status == 200 && licence.header("cache-control") == "no-store")
      let set = try JSON.decode(LicenceAnswer.self, from: licence.body)
      #expect(set.type == "temporary" && set.keys.map(\.kty) == ["oct"])
      #expect(set.keys.map(\.k) == [Base64URL.encode(key.bytes)])

      // Another key, another asset, another token: nothing.
      let foreign = try await make(for: Self.other, on: server)
      #expect(try await get(self.address(foreign.id, session), on: server).status == 404)
      #expect(try await get(self.address(foreign.id, session, asset: Self.other), on: server).status == 403)
      #expect(try await get(address.replacing("/m2.", with: "/m1."), on: server).status == 403)
      let stranger = #"{"kids":["AAAAAAAAAAAAAAAAAAAAAA"]}"#
      #expect(try await post(stranger, to: licenceAddress, on: server).status == 404)
      for body in ["", "[]", #"{"kids":[]}"#, "{", #"{"kids":"x"}"#] {
        #expect(try await post(body, to: licenceAddress, on: server).status == 400)
      }
      let metrics = String(decoding: try await get("/metrics", on: server).body, as: UTF8.self)
      #expect(metrics.contains(#"playback_content_keys_total{outcome="given"} 2"#))

      try await server.stop(session.id)
      #expect(try await get(address, on: server).status == 403)
      #expect(try await post(licenceRequest(key), to: licenceAddress, on: server).status == 403)
    }
  }

  @Test("A film encrypted with aes128 has no DASH and no licence: HLS addresses its key")
  func wholeSegments() async throws {
    try await withPlayback { server in
      _ = try await make(.aes128, on: server)
      let session = try await server.start()
      #expect(session.encryption?.scheme == .aes128 && session.encryption?.licence == nil)
      #expect(session.encryption?.keySystem == nil && session.manifests.dash == nil)
    }
  }

  @Test("A lease that expires takes the key with it")
  func leaseExpired() async throws {
    try await withPlayback(settings: [
      "PLAYBACK_HEARTBEAT_SECONDS": "1", "PLAYBACK_LEASE_HEARTBEATS": "2", "PLAYBACK_SWEEP_MILLISECONDS": "50",
    ]) { server in
      let key = try await make(on: server)
      let session = try await server.start()
      let address = address(key.id, session)
      #expect(try await get(address, on: server).status == 200)
      try await eventually(within: .seconds(30)) { try await get(address, on: server).status == 403 }
    }
  }
}
