/// Reads the one kind of JSON our tokens are made of: a flat object of strings and whole numbers.
///
/// Refused, by returning nil: nesting, escapes, members given twice, fractions and exponents, other literals,
/// more than ``maximumMembers`` members, and anything after the object. A token has no use for any of them.
struct FlatJSON {
  enum Value: Equatable {
    case text(String)
    case integer(Int64)
  }

  static let maximumMembers = 16

  private(set) var members: [String: Value] = [:]
  private var rest: ArraySlice<UInt8>

  init?(_ bytes: [UInt8]) {
    rest = bytes[...]
    guard take("{") else { return nil }
    repeat {
      guard members.count < Self.maximumMembers, let name = takeText(), take(":"), let value = takeValue(),
        members.updateValue(value, forKey: name) == nil
      else { return nil }
    } while take(",")
    guard take("}") else { return nil }
    skipSpace()
    guard rest.isEmpty else { return nil }
  }

  func text(_ name: String) -> String? {
    if case .text(let text) = members[name] { text } else { nil }
  }

  func integer(_ name: String) -> Int64? {
    if case .integer(let number) = members[name] { number } else { nil }
  }

  // MARK: - Scanning

  private mutating func skipSpace() {
    rest = rest.drop { $0 == 32 || $0 == 9 || $0 == 10 || $0 == 13 }
  }

  private mutating func take(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard rest.first == UInt8(ascii: character) else { return false }
    rest.removeFirst()
    return true
  }

  private mutating func takeValue() -> Value? {
    skipSpace()
    return rest.first == UInt8(ascii: "\"") ? takeText().map(Value.text) : takeInteger().map(Value.integer)
  }

  private mutating func takeText() -> String? {
    guard take("\"") else { return nil }
    guard let end = rest.firstIndex(where: { $0 == 0x22 || $0 == 0x5C || $0 < 32 }), rest[end] == 0x22
    else { return nil }
    defer { rest = rest[(end + 1)...] }
    return String(validating: rest[..<end], as: UTF8.self)
  }

  /// Up to 15 digits, so that any reader of JSON sees the same number.
  private mutating func takeInteger() -> Int64? {
    let digits = rest.prefix { (48...57).contains($0) }
    guard (1...15).contains(digits.count), digits.count == 1 || digits.first != 48 else { return nil }
    rest = rest.dropFirst(digits.count)
    return digits.reduce(0) { $0 * 10 + Int64($1 - 48) }
  }
}
