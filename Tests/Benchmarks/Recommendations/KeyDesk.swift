import Contract
import EventKit
import SecurityKit
import ServerKit

/// In the place of accounts: gives the keys of events, of any account there could be. To sign up a household takes the
/// time of a password's hash, which is not what is measured here.
enum KeyDesk: ServiceModule {
  static let name = "accounts"

  static func make(_ context: ServiceContext) async throws -> ServiceParts {
    var parts = ServiceParts()
    parts.routes.on(EventKeyEndpoints.keys) { call in
      EventKeysAnswer(call.body.accounts.map { ($0, key(of: $0).bytes) })
    }
    return parts
  }

  static func key(of account: AccountID) -> SealingKey {
    var random = SeededRandom(seed: FNV1a.hash(account.description.utf8))
    let bytes = (0..<SealingKey.byteCount).map { _ in UInt8.random(in: 0...255, using: &random) }
    guard let key = SealingKey(bytes) else { preconditionFailure("a key has as many bytes") }
    return key
  }
}
