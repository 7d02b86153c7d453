import ClientKit
import Contract
import DeliveryService
import Foundation
import NIOCore
import PlaybackAPI
import SecurityKit
import TestKit
import Testing

@Suite("Bytes for those with a valid address, and no others")
struct MediaSafetyTests {
  @Test("Of 10,000 mutations of an address none is accepted")
  func mutations() async throws {
    try await withDelivery { stage async throws in
      let token = stage.token()
      let good = stage.address("master.m3u8", token: token)
      #expect(try await stage.fetch(good).status == 200)
      let foreign = stage.token(asset: AssetID(seed: "other"))
      let accepted = try await withThrowingTaskGroup(of: [String].self) { group in
        for worker in 0..<8 {
          group.addTask {
            var random = SeededGenerator(state: UInt64(worker + 1))
            var accepted: [String] = []
            for _ in 0..<1250 {
              let target = Self.mutated(good, token: token, foreign: foreign, using: &random)
              guard target != good else { continue }
              if try await stage.fetch(target).status < 400 { accepted.append(target) }
            }
            return accepted
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      #expect(accepted.isEmpty)
    }
  }

  /// One to three changes to the part that the seal covers: characters replaced, dropped, doubled, swapped, escaped;
  /// cut short; fields of another valid token put in.
  private static func mutated(
    _ good: String, token: String, foreign: String, using random: inout SeededGenerator
  ) -> String {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.~/%=")
    let sealed = "/media/".count..<(good.count - "/master.m3u8".count)
    var text = Array(good)
    for _ in 0..<Int.random(in: 1...3, using: &random) {
      let at = min(Int.random(in: sealed, using: &random), text.count - 2)
      switch Int.random(in: 0..<7, using: &random) {
      case 0: text[at] = alphabet.randomElement(using: &random) ?? "x"
      case 1: text.remove(at: at)
      case 2: text.insert(text[at], at: at)
      case 3: text.swapAt(at, at + 1)
      case 4: text.replaceSubrange(at...at, with: "%" + Hex.text(UInt64(text[at].asciiValue ?? 0)).suffix(2))
      case 5:
        let upper = Array(text[at].uppercased())
        text.replaceSubrange(at...at, with: upper == [text[at]] ? Array(text[at].lowercased()) : upper)
      default:
        // A field of a token that is genuine, for another asset.
        let fields = foreign.split(separator: ".")
        var own = token.split(separator: ".")
        let field = Int.random(in: 0..<min(fields.count, own.count), using: &random)
        own[field] = fields[field]
        return good.replacingOccurrences(of: token, with: own.joined(separator: ".")) == good
          ? good.replacingOccurrences(of: token, with: foreign)
          : good.replacingOccurrences(of: token, with: own.joined(separator: "."))
      }
    }
    return String(text)
  }

  @Test("A token opens the asset it was made for, until it expires")
  func token() async throws {
    try await withDelivery { stage async throws in
      let foreign = stage.token(asset: AssetID(seed: "other"))
      #expect(try await stage.fetch(stage.address("master.m3u8", token: foreign)).status == 403)
      let stranger = MediaToken(
        session: DeliveryStage.session, profile: ProfileID(seed: "profile"), asset: DeliveryStage.asset,
        expires: stage.clock.now.adding(seconds: 60), keyID: "k1"
      ).sign(with: .ephemeral())
      #expect(try await stage.fetch(stage.address("master.m3u8", token: stranger)).status == 403)

      let address = stage.address("master.m3u8", token: stage.token(seconds: 60))
      #expect(try await stage.fetch(address).status == 200)
      stage.clock.advance(seconds: 61)
      let expired = try await stage.fetch(address)
      #expect(expired.status == 403 && expired.problem.detail.contains("expired"))
    }
  }

  @Test("Nothing outside an asset's folder is reached", arguments: AddressTests.traversals)
  func traversal(_ file: String) async throws {
    // What cannot be part of a request line at all is refused by the parser, before and after it.
    guard file.utf8.allSatisfy({ $0 > 32 && $0 < 127 }), !file.contains("#"), file.utf8.count < 1000 else { return }
    try await withDelivery { stage async throws in
      try stage.write(Array("secret".utf8), to: "../secret.txt")
      try stage.write(Array("secret".utf8), to: ".hidden")
      try stage.write(Array("secret".utf8), to: "a/.hidden")
      let answer = try await stage.fetch(stage.address(file))
      #expect(answer.status >= 400 && answer.status < 500)
    }
  }

  @Test("Symbolic links, folders and pipes are no files of an asset")
  func specialFiles() async throws {
    try await withDelivery { stage async throws in
      let outside = "\(stage.service.home)/secret.txt"
      try Data("secret".utf8).write(to: URL(fileURLWithPath: outside))
      let files = FileManager.default
      try files.createSymbolicLink(atPath: "\(stage.folder)/link.vtt", withDestinationPath: outside)
      try files.createSymbolicLink(atPath: "\(stage.folder)/inside.vtt", withDestinationPath: "master.m3u8")
      try files.createSymbolicLink(atPath: "\(stage.folder)/folder", withDestinationPath: stage.service.home)
      let other = AssetID(seed: "linked")
      try files.createSymbolicLink(
        atPath: "\(stage.service.home)/media/\(other)", withDestinationPath: stage.folder)
      #expect(mkfifo("\(stage.folder)/pipe.vtt", 0o600) == 0)
      for file in ["link.vtt", "inside.vtt", "folder/secret.txt", "video", "pipe.vtt", "none.vtt", "master.m3u8/x"] {
        #expect(try await stage.fetch(stage.address(file)).status == 404, "\(file)")
      }
      let linked = MediaLayout.mediaPath(token: stage.token(asset: other), asset: other, file: "master.m3u8")
      #expect(try await stage.fetch(linked).status == 404)
    }
  }

  @Test("A session that had ended before delivery started gets no bytes")
  func endedBefore() async throws {
    let expires = ManualClock().now.adding(seconds: 3600)
    let playback = FakePlayback(ended: [.init(sessionId: DeliveryStage.session, mediaExpiresAt: expires)])
    try await withDelivery(playback: playback) { stage async throws in
      let ended = try await stage.fetch(stage.address("master.m3u8"))
      #expect(ended.status == 403 && ended.problem.code == "session-ended")
      let other = stage.token(session: PlaybackSessionID(seed: "other"))
      #expect(try await stage.fetch(stage.address("master.m3u8", token: other)).status == 200)
    }
  }

  @Test("When a session ends its bytes stop, those under way included")
  func endedMeanwhile() async throws {
    try await withDelivery(settings: ["DELIVERY_CHUNK_KIBIBYTES": "64"]) { stage async throws in
      let big = "\(stage.folder)/video/big.m4s"
      try stage.write([0], to: "video/big.m4s")
      let lengthBytes = 256 * 1024 * 1024
      #expect(truncate(big, off_t(lengthBytes)) == 0)
      let response = try await stage.service.transport.stream(
        TransportRequest(
          method: .get, target: stage.address("video/big.m4s"),
          context: CallContext(principal: .anonymous, deadline: .after(.seconds(60)))), upload: nil)
      #expect(response.status == 200)
      var received = 0
      do {
        for try await chunk in response.body {
          if received == 0 {
            try stage.playback.end(DeliveryStage.session, mediaExpiresAt: stage.clock.now.adding(seconds: 3600))
            try await eventually { try await stage.fetch(stage.address("master.m3u8")).status == 403 }
          }
          received += chunk.readableBytes
        }
        Issue.record("the download went on to its end")
      } catch {
        #expect(received < lengthBytes / 2)
      }
    }
  }

  @Test("Delivery is not ready before it knows who has ended, and goes on when playback is away")
  func readiness() async throws {
    let playback = FakePlayback()
    playback.setAway(true)
    let service = try await TestService.start(
      DeliveryModule.self, settings: ["EVENTS_LONGEST_BACKOFF_MILLISECONDS": "100"], upstreams: playback.upstreams,
      awaitsReadiness: false)
    do {
      #expect(try await service.get("/readyz").status == 503)
      playback.setAway(false)
      try await eventually { try await service.get("/readyz").status == 200 }
      playback.setAway(true)
      #expect(try await service.get("/readyz").status == 200)
      try await service.stop()
    } catch {
      try? await service.stop()
      throw error
    }
  }

  @Test("Without an internal token nothing is served")
  func internalToken() async throws {
    try await withDelivery { stage async throws in
      let outsider = PublicClient(address: stage.service.baseURL)
      #expect(try await outsider.get(stage.address("master.m3u8")).status == 401)
    }
  }
}

/// The same mutations on every run.
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
