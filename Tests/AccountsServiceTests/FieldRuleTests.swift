import AccountsAPI
import Contract
import Testing

@testable import AccountsService

@Suite struct FieldRuleTests {
  @Test(
    "An address is trimmed, composed, and compared without regard to case",
    arguments: [
      ("  Vera@Matinee.Example ", "Vera@Matinee.Example", "vera@matinee.example"),
      ("jose\u{301}@exámple.org", "jos\u{E9}@exámple.org", "jos\u{E9}@exámple.org"),
      ("STRASSE@GROẞ.example", "STRASSE@GROẞ.example", "strasse@gross.example"),
      ("a+b.c_d'e@x-y.co", "a+b.c_d'e@x-y.co", "a+b.c_d'e@x-y.co"),
      ("用户@例子.中国", "用户@例子.中国", "用户@例子.中国"),
    ])
  func addresses(input: String, text: String, key: String) throws {
    let address = try EmailAddress(input)
    #expect(Array(address.text.unicodeScalars) == Array(text.unicodeScalars))
    #expect(address.key == key)
  }

  @Test(
    "What cannot be an address is refused",
    arguments: [
      "", "vera", "@matinee.example", "vera@", "vera@@matinee.example", "vera@matinee", "ve ra@matinee.example",
      "vera@mati nee.example", ".vera@matinee.example", "vera.@matinee.example", "ve..ra@matinee.example",
      "vera@-matinee.example", "vera@matinee-.example", "vera@matinee..example", "vera@127.0.0.1",
      "\"v\"@matinee.example",
      "vera@[::1]", "vera\u{0}@matinee.example", "vera\r\nbcc:x@matinee.example", "vera\u{202E}@matinee.example",
      String(repeating: "v", count: 65) + "@matinee.example", "v@" + String(repeating: "a", count: 64) + ".example",
      "v@" + String(repeating: "abcdefg.", count: 40) + "example", String(repeating: "v", count: 1_000_000),
    ])
  func badAddresses(input: String) {
    #expect(throws: UnacceptableValue.self) { try EmailAddress(input) }
  }

  @Test("A password has 8 to 128 code points, however many bytes they are")
  func passwordLengths() throws {
    let address = try EmailAddress("vera@matinee.example")
    func isAccepted(_ text: String) -> Bool { (try? Password(chosen: text, email: address)) != nil }
    #expect(!isAccepted("7 chars"))
    #expect(isAccepted("8 chars!"))
    #expect(isAccepted("🔑🎬🍿📺🎞️🎟️🎥🎭"))
    #expect(isAccepted(String(repeating: "ab", count: 64)))
    #expect(!isAccepted(String(repeating: "ab", count: 64) + "c"))
    #expect(!isAccepted(String(repeating: "ab", count: 1_000_000)))
  }

  @Test(
    "The passwords that are guessed first, runs, repeats and the address itself are refused",
    arguments: [
      "password", "PassWord1", "12345678", "87654321", "aaaaaaaa", "abcdefgh", "qwertyuiop", "vera@matinee.example",
      "VERA@matinee.example", "Contraseña", "knackwurst8853", "ILOVEYOU1", "p@55w0rd",
    ])
  func commonPasswords(text: String) throws {
    let address = try EmailAddress("vera@matinee.example")
    #expect(throws: UnacceptableValue.self) { try Password(chosen: text, email: address) }
  }

  @Test("One password typed on two keyboards gives the same bytes")
  func composedPasswords() throws {
    #expect(try Password(given: "cafe\u{301} noir").bytes == Password(given: "caf\u{E9} noir").bytes)
  }

  @Test(
    "A name is trimmed and composed, and must be visible",
    arguments: [
      ("  Vera ", "Vera"), ("e\u{301}", "\u{E9}"), ("👩‍👩‍👧", "👩‍👩‍👧"), ("नमस्ते", "नमस्ते"),
    ])
  func names(input: String, name: String) throws {
    #expect(try Wording.name(input, maximum: 40) == name)
  }

  @Test(
    "Empty, over-long and invisible names are refused",
    arguments: [
      "", "   ", "\n", "a\u{0}b", "a\nb", "\u{202E}olleh", "\u{200B}", "\u{2028}", String(repeating: "x", count: 41),
      "x" + String(repeating: "\u{301}", count: 2000),
    ])
  func badNames(input: String) {
    #expect(throws: UnacceptableValue.self) { try Wording.name(input, maximum: 40) }
  }

  @Test("Language tags are put into their recommended case, and only tags are accepted")
  func languages() throws {
    for (input, tag) in [("EN", "en"), ("pt-br", "pt-BR"), ("ZH-hant-tw", "zh-Hant-TW"), ("es-419", "es-419")] {
      #expect(try LanguageTag.check(input) == tag)
    }
    let long = String(repeating: "en-aa", count: 20)
    for input in ["", "e", "english", "en_GB", "en-", "-en", "en--gb", "én", "12", "en-1", long] {
      #expect(throws: UnacceptableValue.self) { try LanguageTag.check(input) }
    }
  }

  @Test("Countries are those of ISO 3166-1")
  func countries() throws {
    #expect(try CountryCode.check("de") == "DE")
    for input in ["", "D", "DEU", "ZZ", "EU", "00"] {
      #expect(throws: UnacceptableValue.self) { try CountryCode.check(input) }
    }
  }

  @Test("Everything that is wrong with a sign-up is said at once")
  func allErrors() throws {
    let problem = try #require(throws: Problem.self) {
      try SignUpDraft(SignUp(email: "no", password: "short", displayName: " ", country: "XX", plan: .basic))
    }
    #expect(problem.status == 422)
    #expect(problem.errors?.map(\.field) == ["email", "password", "displayName", "country"])
  }

  @Test("A kids' profile sees nothing above 7, asked for or not")
  func kids() throws {
    #expect(try ProfileDraft(NewProfile(name: "Kim", kids: true)).maturityLimit == .seven)
    #expect(try ProfileDraft(NewProfile(name: "Kim", maturityLimit: .all, kids: true)).maturityLimit == .all)
    #expect(try ProfileDraft(NewProfile(name: "Kim")).maturityLimit == .eighteen)
    let problem = try #require(throws: Problem.self) {
      try ProfileDraft(NewProfile(name: "Kim", maturityLimit: .twelve, kids: true))
    }
    #expect(problem.errors?.map(\.field) == ["maturityLimit"])

    let grown = Profile(
      id: ProfileID(seed: "p"), accountId: AccountID(seed: "a"), name: "Kim", language: "en", maturityLimit: .sixteen,
      kids: false, createdAt: Timestamp(milliseconds: 0))
    #expect(try ProfileDraft(grown, changedBy: ProfileChange(kids: true)).maturityLimit == .seven)
    #expect(try ProfileDraft(grown, changedBy: ProfileChange(name: "Kimberly")).maturityLimit == .sixteen)
    var small = grown
    (small.kids, small.maturityLimit) = (true, .seven)
    #expect(try ProfileDraft(small, changedBy: ProfileChange(kids: false)).maturityLimit == .seven)
    #expect(throws: Problem.self) { try ProfileDraft(small, changedBy: ProfileChange(maturityLimit: .eighteen)) }
  }
}
