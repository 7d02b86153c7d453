import Contract
import PlaybackAPI
import SecurityKit
import Synchronization
import TestKit
import Testing

/// Playback as far as keys go: away at first, then always giving the same key.
final class KeyDesk: Sendable {
  let key: ContentKey
  private let refusals: Mutex<Int>

  init(_ scheme: EncryptionScheme, refusing count: Int) throws {
    let id = try #require(ContentKeyID(Sodium.randomBytes(16)))
    key = try #require(ContentKey(id: id, scheme: scheme, bytes: Sodium.randomBytes(16)))
    refusals = Mutex(count)
  }

  var transport: StubTransport {
    StubTransport { [self] request in
      let isAway = refusals.withLock { left in
        left -= 1
        return left >= 0
      }
      guard !isAway, request.context.principal.role == .service else {
        return try .problem(.unavailable("playback is away"))
      }
      return try .json(key)
    }
  }
}
