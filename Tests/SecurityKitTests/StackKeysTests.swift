import Contract
import Foundation
import Synchronization
import Testing

@testable import SecurityKit

@Suite final class StackKeysTests {
  private let home: String

  init() throws {
    home = NSTemporaryDirectory() + "stack-keys-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: home)
  }

  private func mode(_ path: String) throws -> Int {
    let attributes = try FileManager.default.attributesOfItem(atPath: path)
    return try #require(attributes[.posixPermissions] as? Int)
  }

  private func put(_ bytes: [UInt8], at path: String, mode: mode_t = 0o600) throws {
    try Data(bytes).write(to: URL(filePath: path))
    chmod(path, mode)
  }

  @Test("The secrets are made once, for their owner alone, and are the same ever after")
  func madeOnce() throws {
    let now = WallClock.system.now()
    let text = InternalToken.mint(.anonymous, audience: "bus", now: now, keys: try StackKeys(home: home))
    #expect(try InternalToken.verify(text, audience: "bus", now: now, keys: StackKeys(home: home)) == .anonymous)
    #expect(try mode("\(home)/secrets") == 0o700)
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(home)/secrets").sorted()
    #expect(names == ["audit.key", "internal.key", "media-1.key"])
    for name in names { #expect(try mode("\(home)/secrets/\(name)") == 0o600) }
  }

  @Test("Many processes that start at once end up with one secret", arguments: 0..<5)
  func race(round: Int) throws {
    let path = "\(home)/raced.key"
    let found = Mutex<[[UInt8]]>([])
    DispatchQueue.concurrentPerform(iterations: 9) { _ in
      let bytes = try? SecretFile.loadOrCreate(path, count: 32)
      found.withLock { $0.append(bytes ?? []) }
    }
    let secrets = found.withLock { $0 }
    #expect(secrets.count == 9)
    #expect(Set(secrets).count == 1)
    #expect(secrets[0].count == 32)
    #expect(try FileManager.default.contentsOfDirectory(atPath: home) == ["raced.key"])
  }

  @Test("A secret of the wrong size, readable by others, or behind a symbolic link is refused, and left alone")
  func refusals() throws {
    for (bytes, mode): (Int, mode_t) in [(0, 0o600), (31, 0o600), (33, 0o600), (32, 0o644), (32, 0o640)] {
      let path = "\(home)/\(bytes)-\(mode).key"
      try put([UInt8](repeating: 1, count: bytes), at: path, mode: mode)
      #expect(throws: SecretFileError.self) { try SecretFile.loadOrCreate(path, count: 32) }
      #expect(try Data(contentsOf: URL(filePath: path)).count == bytes)
    }
    try put([UInt8](repeating: 1, count: 32), at: "\(home)/real.key")
    symlink("\(home)/real.key", "\(home)/link.key")
    #expect(throws: SecretFileError.self) { try SecretFile.loadOrCreate("\(home)/link.key", count: 32) }
    try FileManager.default.createDirectory(atPath: "\(home)/folder.key", withIntermediateDirectories: false)
    #expect(throws: SecretFileError.self) { try SecretFile.loadOrCreate("\(home)/folder.key", count: 32) }
  }

  @Test("A second media key signs from then on, while addresses of the first still open")
  func rotation() throws {
    let now = WallClock.system.now()
    let asset = AssetID(seed: "asset")
    func token(_ keys: StackKeys) -> MediaToken {
      MediaToken(
        session: PlaybackSessionID(seed: "s"), profile: ProfileID(seed: "p"), asset: asset,
        expires: now.adding(seconds: 90), keyID: keys.newestMediaKey.id)
    }
    let before = try StackKeys(home: home)
    let old = token(before).sign(with: before)
    try put(Sodium.randomBytes(32), at: "\(home)/secrets/media-10.key")
    try put(Sodium.randomBytes(32), at: "\(home)/secrets/media-2.key")
    let after = try StackKeys(home: home)
    #expect(after.newestMediaKey.id == "10")
    #expect(try MediaToken.verify(Substring(old), asset: asset, now: now, keys: after).keyID == "1")
    let new = token(after).sign(with: after)
    #expect(throws: MediaTokenError.unknownKey) {
      try MediaToken.verify(Substring(new), asset: asset, now: now, keys: before)
    }
  }

  @Test("A key file with a name that is no number refuses the start instead of being ignored")
  func misnamed() throws {
    _ = try StackKeys(home: home)
    try put(Sodium.randomBytes(32), at: "\(home)/secrets/media-new.key")
    #expect(throws: SecretFileError.self) { try StackKeys(home: self.home) }
  }
}
