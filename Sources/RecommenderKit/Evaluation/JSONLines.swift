import Contract
package import Foundation

/// A line that could not be read, by its number from 1.
package struct LineFault: Error, Sendable, Hashable, CustomStringConvertible {
  package let file: String
  package let line: Int
  package let text: String

  package var description: String { "\(file):\(line): \(text)" }
}

/// What a line of a file must be besides JSON of the right shape.
protocol CheckedLine: Decodable {
  /// What is wrong with it; nil if nothing is.
  var fault: String? { get }
}

/// One JSON value a line; empty lines are passed over.
struct JSONLines<Value: CheckedLine> {
  private(set) var values: [Value] = []
  private(set) var faults: [LineFault] = []

  init(_ bytes: Data, file: String) {
    let decoder = JSONDecoder()
    var number = 0
    for line in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") || $0 == UInt8(ascii: "\t") }) {
        continue
      }
      do {
        let value = try decoder.decode(Value.self, from: line)
        if let fault = value.fault {
          faults.append(LineFault(file: file, line: number, text: fault))
        } else {
          values.append(value)
        }
      } catch let error as DecodingError {
        faults.append(LineFault(file: file, line: number, text: Self.words(for: error)))
      } catch {
        faults.append(LineFault(file: file, line: number, text: "is not JSON"))
      }
    }
  }

  private static func words(for error: DecodingError) -> String {
    guard let error = error.problem.errors?.first else { return "is not a JSON object" }
    return error.field.isEmpty ? error.message : "\(error.field) \(error.message)"
  }
}
