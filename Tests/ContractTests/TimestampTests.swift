import Contract
import Foundation
import Testing

@Suite struct TimestampTests {
  @Test("Times are written as Foundation writes them")
  func written() {
    let formatter = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    for milliseconds in [0, 1, 999, 951_782_400_000, 1_709_164_800_123, 4_102_444_799_999, -86_400_001] as [Int64] {
      // Foundation cuts off what a Double lacks.
      let date = Date(timeIntervalSince1970: Double(milliseconds) / 1000 + 0.0002)
      #expect(Timestamp(milliseconds: milliseconds).description == date.formatted(formatter))
    }
  }

  @Test("Every written time reads back the same")
  func roundTrip() {
    for _ in 0..<2000 {
      let time = Timestamp(milliseconds: .random(in: 0...4_102_444_800_000))
      #expect(Timestamp(time.description) == time)
    }
  }

  @Test("A fraction may have any number of digits, or be absent")
  func fractions() {
    #expect(Timestamp("1970-01-01T00:00:01Z")?.milliseconds == 1000)
    #expect(Timestamp("1970-01-01T00:00:01.5Z")?.milliseconds == 1500)
    #expect(Timestamp("1970-01-01T00:00:01.123456Z")?.milliseconds == 1123)
  }

  @Test(
    "What is not RFC 3339 in UTC is refused",
    arguments: [
      "", "yesterday", "2026-11-22", "2026-13-01T00:00:00Z", "2026-11-22T20:15:00+01:00", "2026-11-22T20:15:00.Z",
    ])
  func refused(text: String) {
    #expect(Timestamp(text) == nil)
  }
}
