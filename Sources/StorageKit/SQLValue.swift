package import Contract

/// What a statement can be given for a `?`.
package protocol SQLValue {
  var sqlArgument: SQLArgument { get }
}

/// The storage classes of a bound argument.
package enum SQLArgument: Sendable, Hashable {
  case integer(Int64)
  case real(Double)
  case text(String)
  case blob([UInt8])
}

extension Int: SQLValue {
  package var sqlArgument: SQLArgument { .integer(Int64(self)) }
}

extension Int64: SQLValue {
  package var sqlArgument: SQLArgument { .integer(self) }
}

extension Double: SQLValue {
  package var sqlArgument: SQLArgument { .real(self) }
}

/// INTEGER 0 or 1.
extension Bool: SQLValue {
  package var sqlArgument: SQLArgument { .integer(self ? 1 : 0) }
}

extension String: SQLValue {
  package var sqlArgument: SQLArgument { .text(self) }
}

/// BLOB.
extension [UInt8]: SQLValue {
  package var sqlArgument: SQLArgument { .blob(self) }
}

/// TEXT in its prefixed form, so text order is creation order.
extension Identifier: SQLValue {
  package var sqlArgument: SQLArgument { .text(description) }
}

/// INTEGER milliseconds since 1970, UTC.
extension Timestamp: SQLValue {
  package var sqlArgument: SQLArgument { .integer(milliseconds) }
}

/// A text enum takes part by declaring `extension Plan: SQLValue {}`.
extension SQLValue where Self: RawRepresentable, RawValue == String {
  package var sqlArgument: SQLArgument { .text(rawValue) }
}
