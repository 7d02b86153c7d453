import Testing

@testable import EncodingService

@Suite("SHA-1, for checksums of tus")
struct SHA1Tests {
  private func digest(_ pieces: [[UInt8]]) -> String {
    var hash = SHA1()
    for piece in pieces { piece.withUnsafeBytes { hash.update($0) } }
    return hash.finish().map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  @Test(
    "The examples of FIPS 180-4",
    arguments: [
      ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
      (
        "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
      ),
    ])
  func vectors(text: String, expected: String) {
    #expect(digest([Array(text.utf8)]) == expected)
  }

  @Test("However the bytes are cut, the sum is that of the whole, and of the tool everybody has")
  func pieces() async throws {
    for length in [55, 56, 63, 64, 65, 119, 128, 1000] {
      let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 73) }
      let whole = digest([bytes])
      for cut in stride(from: 0, through: length, by: 7) {
        #expect(digest([Array(bytes[..<cut]), Array(bytes[cut...])]) == whole)
      }
      let octal = bytes.map { "\\" + String($0, radix: 8) }.map { text in
        "\\" + String(repeating: "0", count: 4 - text.count) + text.dropFirst()
      }.joined()
      let printed = try await Footage.run("sh", ["-c", "printf '\(octal)' | sha1sum"])
      #expect(printed.hasPrefix(whole))
    }
  }
}
