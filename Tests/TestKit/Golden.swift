package import Contract
import Foundation

/// Files of what was shipped, kept beside the tests: `Golden/<event type>.json`, `Golden/<service>.sql`.
package enum Golden {
  /// What was shipped and what is written now are not the same.
  package struct Mismatch: Error, CustomStringConvertible {
    package let description: String
  }

  /// Reads the shipped body of that event type and writes it again: nothing of it may be lost, renamed or retyped, and
  /// what a later version adds has to be passed over. Answers it for a look at its values; throws ``Mismatch``, or
  /// what reading throws.
  package static func event<Body: EventBody>(_ type: Body.Type, beside test: String = #filePath) throws -> Body {
    let path = folder(beside: test) + "/\(Body.type).json"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Mismatch(description: "\(path) is missing: write there the body of a \(Body.type) as it is shipped")
    }
    let shipped = try JSONValue(parsing: Array(data))
    let body = try JSON.decode(type, from: Array(data))
    let written = try JSONValue(parsing: JSON.encode(body))
    guard written == shipped else {
      throw Mismatch(description: "\(Body.type) was shipped as \(shipped) and is now written as \(written)")
    }
    guard let end = data.lastIndex(of: UInt8(ascii: "}")) else { throw Mismatch(description: "\(path) is no object") }
    let later = Array(data[..<end]) + Array(#","addedLater":{"by":["a later version"]}}"#.utf8)
    guard try JSONValue(parsing: JSON.encode(JSON.decode(type, from: later))) == shipped else {
      throw Mismatch(description: "\(Body.type) does not pass over what a later version adds")
    }
    return body
  }

  /// Compares a schema with the shipped one; throws ``Mismatch``.
  package static func schema(_ text: String, of service: String, beside test: String = #filePath) throws {
    let path = folder(beside: test) + "/\(service).sql"
    guard let data = FileManager.default.contents(atPath: path) else {
      throw Mismatch(description: "\(path) is missing; it should be:\n\(text)")
    }
    guard String(decoding: data, as: UTF8.self) == text else {
      throw Mismatch(description: "\(path) is not the schema, which is now:\n\(text)")
    }
  }

  private static func folder(beside test: String) -> String {
    URL(filePath: test).deletingLastPathComponent().appending(path: "Golden").path
  }
}
