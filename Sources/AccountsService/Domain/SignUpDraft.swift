import AccountsAPI
import Contract

/// A sign-up whose every field has been found good.
struct SignUpDraft: Sendable {
  static let displayNameMaximum = 100

  let email: EmailAddress
  let password: Password
  let displayName: String
  let country: String
  let plan: Plan

  /// Throws a 422 ``Problem`` naming every field that is not.
  init(_ request: SignUp) throws {
    var errors = FieldErrors()
    let email = errors.check("email") { () throws(UnacceptableValue) in try EmailAddress(request.email) }
    let password = errors.check("password") { () throws(UnacceptableValue) in
      try Password(chosen: request.password, email: email)
    }
    let displayName = errors.check("displayName") { () throws(UnacceptableValue) in
      try Wording.name(request.displayName, maximum: Self.displayNameMaximum)
    }
    let country = errors.check("country") { () throws(UnacceptableValue) in try CountryCode.check(request.country) }
    guard let email, let password, let displayName, let country else { throw errors.problem ?? .internalError }
    (self.email, self.password, self.displayName, self.country) = (email, password, displayName, country)
    plan = request.plan
  }

  /// What makes two sign-ups the same request. It holds the password, so it is only ever kept under a key.
  var fingerprint: [UInt8] {
    [email.text, displayName, country, plan.rawValue].flatMap { Array($0.utf8) + [0] } + password.bytes
  }
}
