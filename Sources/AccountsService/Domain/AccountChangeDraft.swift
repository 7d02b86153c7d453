import AccountsAPI
import Contract

/// What shall change about an account, every field found good.
struct AccountChangeDraft: Sendable {
  let displayName: String?
  let country: String?
  /// With the password that has to come with it.
  let email: (address: EmailAddress, currentPassword: String)?

  /// Throws a 422 ``Problem`` naming every field that is not good.
  init(_ change: AccountChange) throws {
    var errors = FieldErrors()
    displayName = change.displayName.flatMap { text in
      errors.check("displayName") { () throws(UnacceptableValue) in
        try Wording.name(text, maximum: SignUpDraft.displayNameMaximum)
      }
    }
    country = change.country.flatMap { text in
      errors.check("country") { () throws(UnacceptableValue) in try CountryCode.check(text) }
    }
    let address = change.email.flatMap { text in
      errors.check("email") { () throws(UnacceptableValue) in try EmailAddress(text) }
    }
    switch (change.email, change.currentPassword) {
    case (.some, nil): errors.note("currentPassword", "is needed to change the e-mail address")
    case (nil, .some): errors.note("currentPassword", "is asked for with email alone")
    default: break
    }
    if let problem = errors.problem { throw problem }
    email = address.flatMap { address in change.currentPassword.map { (address, $0) } }
  }
}
