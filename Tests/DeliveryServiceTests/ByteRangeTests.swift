import DeliveryService
import Testing

@Suite("Ranges of bytes")
struct ByteRangeTests {
  @Test(
    "A range header asks for what RFC 9110 says it does",
    arguments: [
      (nil, .whole),
      ("bytes=0-0", .part(0..<1)),
      ("bytes=0-99", .part(0..<100)),
      ("bytes=10-19", .part(10..<20)),
      ("BYTES=10-19", .part(10..<20)),
      ("bytes= 10-19 ", .part(10..<20)),
      ("bytes=90-", .part(90..<100)),
      ("bytes=0-", .part(0..<100)),
      ("bytes=90-1000", .part(90..<100)),
      ("bytes=90-99999999999999999999999", .part(90..<100)),
      ("bytes=-1", .part(99..<100)),
      ("bytes=-100", .part(0..<100)),
      ("bytes=-1000", .part(0..<100)),
      ("bytes=-0", .unsatisfiable),
      ("bytes=100-", .unsatisfiable),
      ("bytes=100-200", .unsatisfiable),
      ("bytes=99999999999999999999999-", .unsatisfiable),
      // Not well-formed, or of another unit: ignored.
      ("bytes=20-10", .whole), ("bytes=", .whole), ("bytes=-", .whole), ("bytes", .whole), ("", .whole),
      ("bytes=a-b", .whole), ("bytes=1-2-3", .whole), ("bytes=+1-2", .whole), ("bytes=1.0-2", .whole),
      ("bytes=٣-٤", .whole), ("items=0-5", .whole), ("bytes=0x1-0x2", .whole), ("bytes:0-1", .whole),
      // Several: the whole file, as section 14.2 allows.
      ("bytes=0-1,5-6", .whole), ("bytes=0-1,-1", .whole), ("bytes=0-,0-,0-,0-", .whole),
    ] as [(String?, ByteRange)])
  func table(_ header: String?, _ expected: ByteRange) {
    #expect(ByteRange(header: header, fileLength: 100) == expected)
  }

  @Test("No range of an empty file can be satisfied", arguments: ["bytes=0-", "bytes=0-0", "bytes=-1"])
  func emptyFile(_ header: String) {
    #expect(ByteRange(header: header, fileLength: 0) == .unsatisfiable)
  }

  @Test("No header makes a range outside the file")
  func fuzz() {
    var generator = SystemRandomNumberGenerator()
    let alphabet = Array("bytes=0123456789-, ")
    for _ in 0..<20_000 {
      let text = (0..<Int.random(in: 0...14, using: &generator)).map { _ in alphabet.randomElement(using: &generator)! }
      let length = Int.random(in: 0...50, using: &generator)
      if case .part(let range) = ByteRange(header: "bytes=" + String(text), fileLength: length) {
        #expect(!range.isEmpty && range.lowerBound >= 0 && range.upperBound <= length)
      }
    }
  }
}
