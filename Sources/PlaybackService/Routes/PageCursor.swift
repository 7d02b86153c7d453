import Contract
import SecurityKit

/// Bounds of paged lists, and their cursors: the time and number of the last row shown.
enum PageCursor {
  private static let maximumBytes = 64

  static func text(_ time: Timestamp, _ row: Int64) -> String {
    Base64URL.encode(Array("\(time.milliseconds).\(row)".utf8))
  }

  static func read(_ text: String) throws(PlaybackError) -> (time: Timestamp, row: Int64) {
    guard text.utf8.count <= maximumBytes, let bytes = Base64URL.decode(text) else { throw .cursorMalformed }
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: ".").map { Int64($0) }
    guard parts.count == 2, let milliseconds = parts[0], let row = parts[1] else { throw .cursorMalformed }
    return (Timestamp(milliseconds: milliseconds), row)
  }

  static func limit(_ limit: Int?, byDefault: Int, atMost most: Int) throws(PlaybackError) -> Int {
    let limit = limit ?? byDefault
    guard (1...most).contains(limit) else {
      throw .fieldOutOfBounds(field: "limit", message: "must be 1 to \(most)")
    }
    return limit
  }
}
