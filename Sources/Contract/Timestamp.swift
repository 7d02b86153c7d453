package import Foundation

/// A point in time: UTC milliseconds since 1970, shown as RFC 3339 with milliseconds.
package struct Timestamp: Hashable, Sendable, Comparable {
  package var milliseconds: Int64

  package init(milliseconds: Int64) {
    self.milliseconds = milliseconds
  }

  package static func < (left: Self, right: Self) -> Bool { left.milliseconds < right.milliseconds }

  package func adding(seconds: Double) -> Timestamp {
    Timestamp(milliseconds: milliseconds + Int64((seconds * 1000).rounded()))
  }

  /// Seconds from `earlier` to this.
  package func seconds(since earlier: Timestamp) -> Double {
    Double(milliseconds - earlier.milliseconds) / 1000
  }
}

/// Where wall-clock time comes from; a parameter, so that a test decides what time it is.
/// Durations and timeouts use monotonic clocks instead.
package struct WallClock: Sendable {
  package let now: @Sendable () -> Timestamp

  package init(now: @escaping @Sendable () -> Timestamp) {
    self.now = now
  }

  package static let system = WallClock {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
  }
}

// MARK: - RFC 3339

extension Timestamp: LosslessStringConvertible, CustomStringConvertible {
  /// `2026-11-22T20:15:00.250Z`
  package var description: String {
    let day = milliseconds.flooringDivision(by: 86_400_000)
    let inDay = Int(milliseconds - day * 86_400_000)
    let (year, month, dayOfMonth) = Self.civil(fromDays: Int(day))
    return String(unsafeUninitializedCapacity: 24) { buffer in
      var position = 0
      func digits(_ value: Int, _ count: Int, _ separator: Character) {
        var divisor = [1, 1, 10, 100, 1000][count]
        for _ in 0..<count {
          buffer[position] = UInt8(48 + value / divisor % 10)
          divisor /= 10
          position += 1
        }
        buffer[position] = separator.asciiValue ?? 32
        position += 1
      }
      digits(max(0, min(9999, year)), 4, "-")
      digits(month, 2, "-")
      digits(dayOfMonth, 2, "T")
      digits(inDay / 3_600_000, 2, ":")
      digits(inDay / 60_000 % 60, 2, ":")
      digits(inDay / 1000 % 60, 2, ".")
      digits(inDay % 1000, 3, "Z")
      return position
    }
  }

  /// Reads RFC 3339 in UTC (`Z`), with or without a fraction of a second.
  package init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes.last == UInt8(ascii: "Z") else { return nil }
    func number(_ range: Range<Int>) -> Int? {
      var value = 0
      for byte in bytes[range] {
        guard (48...57).contains(byte) else { return nil }
        value = value * 10 + Int(byte - 48)
      }
      return value
    }
    guard bytes[4] == 45, bytes[7] == 45, bytes[10] == 84, bytes[13] == 58, bytes[16] == 58,
      let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      (1...12).contains(month), (1...31).contains(day), hour < 24, minute < 60, second < 61
    else { return nil }
    var fraction = 0
    if bytes.count > 20 {
      guard bytes[19] == UInt8(ascii: "."), bytes.count <= 30, bytes.count > 21,
        let digits = number(20..<min(23, bytes.count - 1)), number(20..<bytes.count - 1) != nil
      else { return nil }
      fraction = digits * [100, 10, 1][min(3, bytes.count - 21) - 1]
    }
    let days = Int64(Self.days(fromYear: year, month: month, day: day))
    let seconds = Int64(hour * 3600 + minute * 60 + second)
    self.init(milliseconds: (days * 86_400 + seconds) * 1000 + Int64(fraction))
  }

  // Howard Hinnant's civil calendar algorithms.
  private static func civil(fromDays days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shiftedMonth = (5 * dayOfYear + 2) / 153
    let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
  }

  private static func days(fromYear year: Int, month: Int, day: Int) -> Int {
    let shiftedYear = month <= 2 ? year - 1 : year
    let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
    let yearOfEra = shiftedYear - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
  }
}

extension Timestamp: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    guard let time = Self(try container.decode(String.self)) else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "is not an RFC 3339 time in UTC")
    }
    self = time
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(description)
  }
}

extension Int64 {
  fileprivate func flooringDivision(by divisor: Int64) -> Int64 {
    self >= 0 ? self / divisor : -((-self + divisor - 1) / divisor)
  }
}
