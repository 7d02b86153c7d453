import Testing

@testable import SecurityKit

@Suite struct PasswordHashTests {
  private let quick = PasswordHash.Cost(memoryKiB: 64, passes: 1)

  @Test("A hash is Argon2id at 19 MiB and two passes, and matches its password alone")
  func standardCost() throws {
    let hash = try PasswordHash(password: Array("correct horse".utf8))
    #expect(hash.text.hasPrefix("$argon2id$v=19$m=19456,t=2,p=1$"))
    #expect(hash.matches(Array("correct horse".utf8)))
    #expect(!hash.matches(Array("correct horsf".utf8)))
    #expect(!hash.needsRehash())
  }

  @Test("Two hashes of one password differ")
  func salted() throws {
    let password = Array("same".utf8)
    #expect(try PasswordHash(password: password, cost: quick) != PasswordHash(password: password, cost: quick))
  }

  @Test("A hash of another cost still matches and asks to be made anew")
  func rehash() throws {
    let password = Array("cheap once".utf8)
    let hash = try PasswordHash(password: password, cost: quick)
    #expect(hash.matches(password))
    #expect(hash.needsRehash())
    #expect(!hash.needsRehash(for: quick))
  }

  @Test("A hash made by another library is understood")
  func foreign() {
    // pyca/cryptography 48: Argon2id(b"0123456789abcdef", 32, iterations=2, lanes=1, memory_cost=64)
    let hash = PasswordHash(
      text: "$argon2id$v=19$m=64,t=2,p=1$MDEyMzQ1Njc4OWFiY2RlZg$RNjeJJRQbncTQMX0OXZAmgVmP+YMQUyDPJxs/CphbT0")
    #expect(hash.matches(Array("matinee".utf8)))
    #expect(!hash.matches(Array("matinée".utf8)))
  }

  @Test("Nothing matches a text that is no hash", arguments: [
    "", "$", "$argon2id$", "$argon2id$v=19$m=99999999999,t=2,p=1$AAAA$AAAA", "plain",
    String(repeating: "$", count: 500),
  ])
  func garbage(text: String) {
    #expect(!PasswordHash(text: text).matches(Array("plain".utf8)))
    #expect(PasswordHash(text: text).needsRehash())
  }

  @Test("Empty passwords and bytes of any value are hashed whole")
  func oddPasswords() throws {
    #expect(try PasswordHash(password: [], cost: quick).matches([]))
    let hash = try PasswordHash(password: [1, 0, 2], cost: quick)
    #expect(hash.matches([1, 0, 2]))
    #expect(!hash.matches([1, 0, 3]))
  }

  @Test("Under a given salt the hash is the same each time, libsodium verifies it, and another salt gives another")
  func givenSalt() throws {
    let password = Array("correct horse".utf8)
    let salt = [UInt8](0..<16)
    let hash = try PasswordHash(password: password, salt: salt, cost: quick)
    #expect(try PasswordHash(password: password, salt: salt, cost: quick) == hash)
    #expect(hash.matches(password))
    #expect(!hash.matches(Array("wrong horse".utf8)))
    #expect(!hash.needsRehash(for: quick))
    #expect(hash.head == PasswordHash.head(salt: salt, cost: quick))
    #expect(try PasswordHash(password: password, salt: salt.reversed(), cost: quick) != hash)
    #expect(try PasswordHash(password: Array("wrong horse".utf8), salt: salt, cost: quick).head == hash.head)
    #expect(throws: PasswordHashError.self) { try PasswordHash(password: password, salt: [1, 2, 3], cost: quick) }
  }

  @Test("A hash is remade from its own text, whichever way its salt came, and nothing else is")
  func remade() throws {
    let password = Array("correct horse".utf8)
    for hash in [
      try PasswordHash(password: password, cost: quick),
      try PasswordHash(password: password, salt: [UInt8](repeating: 255, count: 16), cost: quick),
    ] {
      #expect(try hash.remade(for: password) == hash)
      #expect(try hash.remade(for: Array("wrong horse".utf8)) != hash)
    }
    for text in ["", "$", "$argon2id$", "$argon2i$v=19$m=64,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AA", "plain"] {
      #expect(try PasswordHash(text: text).remade(for: password) == nil)
    }
  }
}
