package import Contract

/// How one service tells another on whose behalf it calls: a line of text sealed with the stack's shared key.
///
/// `i1.<audience>.<expires>.<role>.<account>.<login session>.<profile>.<maturity limit>.<service>.<code>`, absent
/// fields empty; `i2`, with a `<territory>` before the code, where there is one. The audience is the called service's
/// name, so a token for one opens no other. Sent as `authorization: Internal <token>`.
package enum InternalToken {
  /// The word before the token in the `authorization` header.
  package static let scheme = "Internal"
  /// Whole seconds a token is good for.
  package static let lifetimeSeconds: Int64 = 60
  /// How far the clocks of two services may differ.
  package static let skewSeconds: Int64 = 5
  /// Longer texts are refused unread.
  package static let maximumBytes = 320

  private static let version = "i1"
  private static let fieldCount = 9
  private static let territorialVersion = "i2"

  package static func mint(
    _ principal: Principal, audience: String, now: Timestamp, keys: StackKeys
  ) -> String {
    var text = principal.territory == nil ? version : territorialVersion
    func add(_ field: String?) {
      text += "."
      if let field { text += field }
    }
    add(audience)
    add(String(now.milliseconds / 1000 + lifetimeSeconds))
    add(principal.role.rawValue)
    add(principal.account?.description)
    add(principal.loginSession?.description)
    add(principal.profile?.description)
    add(principal.maturityLimit?.rawValue)
    add(principal.service)
    if let territory = principal.territory { add(territory.description) }
    let code = keys.internalKey.authenticationCode(of: text.utf8)
    return text + "." + Base64URL.encode(code)
  }

  /// Whom the caller speaks for. `audience` is the verifier's own name.
  package static func verify(
    _ text: some StringProtocol, audience: String, now: Timestamp, keys: StackKeys
  ) throws(InternalTokenError) -> Principal {
    let bytes = Array(text.utf8.prefix(maximumBytes + 1))
    guard bytes.count <= maximumBytes, let dot = bytes.lastIndex(of: UInt8(ascii: ".")) else { throw .malformed }
    let code = Base64URL.encodedBytes(keys.internalKey.authenticationCode(of: bytes[..<dot]))
    guard Sodium.constantTimeEquals(code, Array(bytes[(dot + 1)...])) else { throw .forged }

    let fields = bytes[..<dot].split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    let isTerritorial = fields[0] == territorialVersion
    guard isTerritorial || fields[0] == version, fields.count == fieldCount + (isTerritorial ? 1 : 0),
      let expires = Int64(fields[2])
    else { throw .malformed }
    guard fields[1] == audience else { throw .wrongAudience }
    let seconds = now.milliseconds / 1000
    guard seconds < expires + skewSeconds, expires <= seconds + lifetimeSeconds + skewSeconds else { throw .expired }
    return try principal(fields)
  }

  private static func principal(_ fields: [String]) throws(InternalTokenError) -> Principal {
    guard let role = Principal.Role(rawValue: fields[3]) else { throw .malformed }
    return Principal(
      role: role,
      account: try optional(fields[4]) { AccountID($0) },
      loginSession: try optional(fields[5]) { LoginSessionID($0) },
      profile: try optional(fields[6]) { ProfileID($0) },
      maturityLimit: try optional(fields[7]) { MaturityRating(rawValue: $0) },
      territory: fields.count > fieldCount ? try optional(fields[9]) { Territory($0) } : nil,
      service: fields[8].isEmpty ? nil : fields[8])
  }

  private static func optional<Value>(
    _ field: String, _ read: (String) -> Value?
  ) throws(InternalTokenError) -> Value? {
    if field.isEmpty { return nil }
    guard let value = read(field) else { throw .malformed }
    return value
  }
}

package enum InternalTokenError: Error, Sendable {
  case malformed
  case forged
  /// Meant for another service.
  case wrongAudience
  /// Past its time, or made by a clock that is ahead.
  case expired
}

extension InternalTokenError: ProblemConvertible {
  package var problem: Problem {
    .unauthenticated("A call between services needs a valid internal token.")
  }
}
