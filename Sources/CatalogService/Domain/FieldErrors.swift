import Contract
import Foundation

/// Gathers what is wrong with a request, so that a client hears it all at once.
struct FieldErrors {
  /// More are not told: they would be the same mistake.
  static let told = 50

  private(set) var errors: [Problem.FieldError] = []

  mutating func add(_ field: String, _ message: String) {
    if errors.count < Self.told { errors.append(Problem.FieldError(field: field, message: message)) }
  }

  mutating func check(_ isAcceptable: Bool, _ field: String, _ message: @autoclosure () -> String) {
    if !isAcceptable { add(field, message()) }
  }

  /// `text` trimmed and in the composed form (NFC), checked for length and control characters.
  mutating func line(_ text: String, _ field: String, length: ClosedRange<Int>) -> String {
    clean(text, field, length: length) { $0.properties.generalCategory == .control }
  }

  /// As ``line(_:_:length:)``, line breaks allowed.
  mutating func paragraphs(_ text: String, _ field: String, length: ClosedRange<Int>) -> String {
    clean(text, field, length: length) { $0.properties.generalCategory == .control && $0 != "\n" }
  }

  private mutating func clean(
    _ text: String, _ field: String, length: ClosedRange<Int>, isForbidden: (Unicode.Scalar) -> Bool
  ) -> String {
    // A text far beyond the bound is not worth normalising.
    guard text.utf8.count <= length.upperBound * 16 + 64 else {
      add(field, "must have at most \(length.upperBound) characters")
      return ""
    }
    let cleaned = text.trimmingCharacters(in: .whitespacesAndNewlines).precomposedStringWithCanonicalMapping
    let count = cleaned.unicodeScalars.count
    check(count >= length.lowerBound, field, "must not be empty")
    check(count <= length.upperBound, field, "must have at most \(length.upperBound) characters")
    check(!cleaned.unicodeScalars.contains(where: isForbidden), field, "must not contain control characters")
    return cleaned
  }
}
