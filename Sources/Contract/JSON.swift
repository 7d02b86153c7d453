package import Foundation

/// The one way JSON is read and written where speed does not ask for more.
package enum JSON {
  /// Deeper nesting than this is refused before it is parsed.
  package static let maximumDepth = 64

  package static func encode(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }

  /// The same bytes for equal values: what is hashed or compared.
  package static func encodeCanonically(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return Array(try encoder.encode(value))
  }

  /// Reads what another part of Matinee wrote: unknown fields are ignored.
  package static func decode<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
    try JSONDecoder().decode(type, from: Data(bytes))
  }

  /// Reads what a client sent: a field the type does not know, a field given twice, or nesting beyond
  /// ``maximumDepth`` is refused. Throws a ``Problem`` that names the field.
  package static func decodeStrictly<Value: Decodable>(_ type: Value.Type, from bytes: [UInt8]) throws -> Value {
    try JSONScanner.check(bytes, maximumDepth: maximumDepth)
    do {
      return try JSONDecoder().decode(Strict<Value>.self, from: Data(bytes)).value
    } catch let error as DecodingError {
      throw error.problem
    }
  }
}

extension DecodingError {
  /// A malformed document is 400; a wrong or missing value is 422 and names its field.
  package var problem: Problem {
    func path(_ context: Context, _ last: (any CodingKey)? = nil) -> String {
      (context.codingPath + (last.map { [$0] } ?? [])).map { key in
        key.intValue.map { "[\($0)]" } ?? key.stringValue
      }.joined(separator: ".").replacingOccurrences(of: ".[", with: "[")
    }
    switch self {
    case .keyNotFound(let key, let context):
      return .invalid(field: path(context, key), "is missing")
    case .valueNotFound(_, let context):
      return .invalid(field: path(context), "must not be null")
    case .typeMismatch(let type, let context):
      return context.codingPath.isEmpty
        ? .badRequest("The body must be a JSON object.")
        : .invalid(field: path(context), "must be \(Self.name(of: type))")
    case .dataCorrupted(let context):
      if context.codingPath.isEmpty { return .badRequest("The body is not valid JSON.") }
      let isOurs = context.debugDescription.hasPrefix("is ") || context.debugDescription.hasPrefix("must ")
      return .invalid(field: path(context), isOurs ? context.debugDescription : "is not one of the accepted values")
    @unknown default:
      return .badRequest("The body cannot be read.")
    }
  }

  private static func name(of type: Any.Type) -> String {
    switch type {
    case is String.Type: "a string"
    case is Bool.Type: "true or false"
    case is Int.Type, is Int64.Type, is UInt64.Type, is Int32.Type: "a whole number"
    case is Double.Type, is Float.Type: "a number"
    case is [any Sendable].Type: "an array"
    default: "of another type"
    }
  }
}
