/// A strong validator of a file's very bytes (RFC 9110 section 8.8.3), made of what changes whenever they do: the
/// media store writes a file once, under a temporary name, and renames it into place.
package struct EntityTag: Sendable, Hashable, CustomStringConvertible {
  package let description: String

  package init(lengthBytes: Int, modifiedNanoseconds: Int64, inode: UInt64) {
    let parts = [UInt64(lengthBytes), UInt64(bitPattern: modifiedNanoseconds), inode].map { String($0, radix: 36) }
    description = "\"\(parts.joined(separator: "-"))\""
  }

  private init(_ description: String) {
    self.description = description
  }

  /// Of other bytes that are always made of the same file in the way that `name` says.
  package func variant(_ name: String) -> EntityTag {
    EntityTag("\(description.dropLast())-\(name)\"")
  }

  /// `If-None-Match`: weak comparison against a list, or `*`.
  package func isNamed(in ifNoneMatch: String) -> Bool {
    if ifNoneMatch == "*" { return true }
    return ifNoneMatch.split(separator: ",").contains { candidate in
      var text = candidate.drop { $0 == " " || $0 == "\t" }
      while text.last == " " || text.last == "\t" { text.removeLast() }
      if text.hasPrefix("W/") { text.removeFirst(2) }
      return text == description
    }
  }

  /// `If-Range`: strong comparison; a date never matches, since none was given out.
  package func satisfies(ifRange: String) -> Bool {
    ifRange == description
  }
}
