import AccountsAPI
import Contract
import SecurityKit
import StorageKit
import Synchronization

/// The keys that sign access tokens, and when each does.
///
/// A new key is published at once and signs from `announceSeconds` later on, when whoever keeps the key set has asked
/// for it again. The one before it stays published for a day after it last signed, longer than any token lives, and is
/// then deleted. So nobody is signed out by a rotation.
///
/// Seeds are files, `signing-<number>.key`; their times are in the database. A file that is added by hand is taken in
/// at the next start as if the command had made it.
final class SigningKeys: Sendable {
  private struct Entry: Sendable {
    let number: Int
    let key: SigningKey
    let signsFrom: Timestamp
  }

  private static let prefix = "signing"
  /// How long a key is published after it last signed.
  private static let keptSeconds = 86_400.0
  /// Keys published at once; a rotation beyond it is refused.
  private static let publishedMaximum = 16
  /// What the key set may be kept for without asking.
  private static let cacheMaximumSeconds = 300

  private let folder: String
  private let database: ServiceDatabase
  private let clock: WallClock
  private let announceSeconds: Int
  /// Oldest first, never empty.
  private let entries: Mutex<[Entry]>

  /// Loads the keys, making the first. Throws ``SecretFileError``.
  init(folder: String, database: ServiceDatabase, announceSeconds: Int, clock: WallClock) async throws {
    self.folder = folder
    self.database = database
    self.announceSeconds = announceSeconds
    self.clock = clock
    let seeds = try SecretFile.loadOrCreateSeries(folder, prefix: Self.prefix, count: SigningKey.seedBytes)
    let now = clock.now()
    let announced = now.adding(seconds: Double(announceSeconds))
    let numbers = seeds.map { $0.number }
    let times = try await database.write { db in
      var known = try SigningKeyStore.all(in: db)
      for gone in known where !numbers.contains(gone.number) { try SigningKeyStore.delete(gone.number, in: db) }
      known.removeAll { !numbers.contains($0.number) }
      let newest = known.last?.number
      for number in numbers where !known.contains(where: { $0.number == number }) {
        // Older than what is known: it was retired, and the process ended before its file was deleted.
        if let newest, number < newest { continue }
        let signsFrom = newest == nil ? now : announced
        try SigningKeyStore.insert(number, madeAt: now, signsFrom: signsFrom, in: db)
        known.append((number, signsFrom))
      }
      return Dictionary(uniqueKeysWithValues: known.map { ($0.number, $0.signsFrom) })
    }
    var entries: [Entry] = []
    for seed in seeds {
      if let signsFrom = times[seed.number], let key = SigningKey(seed: seed.bytes) {
        entries.append(Entry(number: seed.number, key: key, signsFrom: signsFrom))
      } else {
        try SecretFile.remove(Self.path(folder, seed.number))
      }
    }
    self.entries = Mutex(entries)
  }

  private static func path(_ folder: String, _ number: Int) -> String { "\(folder)/\(prefix)-\(number).key" }

  /// Signs what is issued at `now`.
  func signing(at now: Timestamp) -> SigningKey {
    entries.withLock { entries in (entries.last { $0.signsFrom <= now } ?? entries[0]).key }
  }

  /// The public halves, newest first.
  func published(at now: Timestamp) -> JSONWebKeySet {
    JSONWebKeySet(
      keys: kept(at: now).reversed().map { .init(kid: $0.key.verifyingKey.keyID, x: $0.key.verifyingKey.x) })
  }

  /// How long the set may be kept: never longer than a new key is announced for.
  var cacheSeconds: Int { min(Self.cacheMaximumSeconds, announceSeconds) }

  /// Makes the next key. Throws ``AccountsError/rotationUnderWay(signsFrom:)`` while the last one does not sign yet,
  /// ``AccountsError/tooManyKeys`` where too many are still published.
  func rotate() async throws -> SigningKeyRotation {
    let now = clock.now()
    let kept = kept(at: now)
    guard let last = kept.last, last.signsFrom <= now else {
      throw AccountsError.rotationUnderWay(signsFrom: kept.last?.signsFrom ?? now)
    }
    guard kept.count < Self.publishedMaximum else { throw AccountsError.tooManyKeys }
    let number = last.number + 1
    let seed = try SecretFile.loadOrCreate(Self.path(folder, number), count: SigningKey.seedBytes)
    guard let key = SigningKey(seed: seed) else { throw Problem.internalError }
    let signsFrom = now.adding(seconds: Double(announceSeconds))
    do {
      try await database.write { db in
        try SigningKeyStore.insert(number, madeAt: now, signsFrom: signsFrom, in: db)
      }
    } catch let error as StorageError where error.isDuplicate {
      throw AccountsError.rotationUnderWay(signsFrom: signsFrom)
    }
    entries.withLock { $0.append(Entry(number: number, key: key, signsFrom: signsFrom)) }
    return SigningKeyRotation(
      keyId: key.verifyingKey.keyID, signsFrom: signsFrom, publishedKeyIds: published(at: now).keys.map(\.kid))
  }

  /// Deletes the keys that are no longer published.
  func retire() async throws {
    let kept = kept(at: clock.now()).map(\.number)
    let gone = entries.withLock { entries in
      let gone = entries.map(\.number).filter { !kept.contains($0) }
      entries.removeAll { gone.contains($0.number) }
      return gone
    }
    guard !gone.isEmpty else { return }
    try await database.write { db in
      for number in gone { try SigningKeyStore.delete(number, in: db) }
    }
    for number in gone { try SecretFile.remove(Self.path(folder, number)) }
  }

  /// Those whose tokens may still live, and those that will sign.
  private func kept(at now: Timestamp) -> [Entry] {
    entries.withLock { entries in
      entries.enumerated().filter { index, _ in
        guard index + 1 < entries.count else { return true }
        return now.seconds(since: entries[index + 1].signsFrom) < Self.keptSeconds
      }.map(\.element)
    }
  }
}
