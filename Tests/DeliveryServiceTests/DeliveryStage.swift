import ClientKit
import Contract
import DeliveryService
import Foundation
import SecurityKit
import TestKit

/// Delivery behind a real socket, with one published asset.
struct DeliveryStage: Sendable {
  let service: TestService
  let clock: ManualClock
  let playback: FakePlayback

  static let asset = AssetID(seed: "asset")
  static let session = PlaybackSessionID(seed: "session")
  static let segment = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
  static let manifest = Array("#EXTM3U\n".utf8)
  static let viewer = Principal(role: .viewer, account: AccountID(seed: "account"))

  var folder: String { "\(service.home)/media/\(Self.asset)" }

  func token(
    session: PlaybackSessionID = session, asset: AssetID = asset, seconds: Double = 3600
  ) -> String {
    MediaToken(
      session: session, profile: ProfileID(seed: "profile"), asset: asset,
      expires: clock.now.adding(seconds: seconds), keyID: service.keys.newestMediaKey.id
    ).sign(with: service.keys)
  }

  func address(_ file: String, token: String? = nil) -> String {
    MediaLayout.mediaPath(token: token ?? self.token(), asset: Self.asset, file: file)
  }

  func fetch(
    _ target: String, _ method: HTTPMethod = .get, as principal: Principal = .anonymous,
    _ headers: [(name: String, value: String)] = []
  ) async throws -> TransportResponse {
    try await service.transport.send(
      TransportRequest(method: method, target: target, headers: headers, context: .test(principal)))
  }

  func segment(_ headers: [(name: String, value: String)] = []) async throws -> TransportResponse {
    try await fetch(address("video/1.m4s"), .get, headers)
  }

  private func fetch(
    _ target: String, _ method: HTTPMethod, _ headers: [(name: String, value: String)]
  ) async throws -> TransportResponse {
    try await fetch(target, method, as: .anonymous, headers)
  }

  func write(_ bytes: [UInt8], to file: String) throws {
    let path = "\(folder)/\(file)"
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
  }
}

func withDelivery(
  settings: [String: String] = [:], playback: FakePlayback = FakePlayback(),
  _ body: (DeliveryStage) async throws -> Void
) async throws {
  let clock = ManualClock()
  try await withService(DeliveryModule.self, settings: settings, upstreams: playback.upstreams, clock: clock.clock) {
    service in
    let stage = DeliveryStage(service: service, clock: clock, playback: playback)
    try stage.write(DeliveryStage.segment, to: "video/1.m4s")
    try stage.write(DeliveryStage.manifest, to: "master.m3u8")
    try stage.write([0xFF, 0xD8], to: "poster.jpg")
    try stage.write([], to: "empty.vtt")
    try await body(stage)
  }
}
