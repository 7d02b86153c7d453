/// What of a file a `Range` header asks for (RFC 9110 section 14).
///
/// Only `bytes` with one range is served in part. Several ranges are answered with the whole file, as section 14.2
/// allows: players never ask for them, and multipart answers invite abuse. A header that is not well-formed, or of
/// another unit, is ignored.
package enum ByteRange: Sendable, Equatable {
  case whole
  /// Offsets of the bytes to send; never empty.
  case part(Range<Int>)
  /// Well-formed, but outside the file: 416.
  case unsatisfiable

  package init(header: String?, fileLength: Int) {
    guard let header, let asked = Self.specification(header) else {
      self = .whole
      return
    }
    switch asked {
    case .from(let first, let last):
      guard first < fileLength else {
        self = .unsatisfiable
        return
      }
      self = .part(first..<(last.map { min($0, fileLength - 1) } ?? fileLength - 1) + 1)
    case .suffix(let length):
      guard length > 0, fileLength > 0 else {
        self = .unsatisfiable
        return
      }
      self = .part(max(0, fileLength - length)..<fileLength)
    }
  }

  private enum Specification {
    case from(first: Int, last: Int?)
    case suffix(length: Int)
  }

  /// One well-formed range of bytes, or nil.
  private static func specification(_ header: String) -> Specification? {
    guard header.utf8.count <= 256 else { return nil }
    let sides = header.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard sides.count == 2, sides[0].lowercased() == "bytes" else { return nil }
    let text = trimmed(sides[1])
    let bounds = text.split(separator: "-", omittingEmptySubsequences: false)
    guard bounds.count == 2 else { return nil }  // several ranges hold more dashes or a comma, which is no digit
    switch (bounds[0].isEmpty, bounds[1].isEmpty) {
    case (true, true): return nil
    case (true, false): return number(bounds[1]).map { .suffix(length: $0) }
    case (false, true): return number(bounds[0]).map { .from(first: $0, last: nil) }
    case (false, false):
      guard let first = number(bounds[0]), let last = number(bounds[1]), first <= last else { return nil }
      return .from(first: first, last: last)
    }
  }

  /// Digits only; what overflows is as good as endless.
  private static func number(_ text: Substring) -> Int? {
    guard text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text) ?? .max
  }

  private static func trimmed(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
    while let last = text.last, last == " " || last == "\t" { text.removeLast() }
    return text
  }
}
