/// Why a mail is sent. What it says is found out when it is sent: the row that waits holds no secret, and the request
/// that caused it did the same work whoever the address belongs to.
enum MailKind: String, Sendable, CaseIterable {
  /// Proves the address of an account.
  case verification
  case passwordReset
  /// To the address that an account shall have.
  case addressChange
  /// To the address that it has until then.
  case addressChangeConsent
  /// Notices, which have no link.
  case addressChanged
  case passwordChanged
  case newDevice

  /// Notices go to addresses that are known to be the owner's, and to no others.
  var isNotice: Bool {
    switch self {
    case .verification, .passwordReset, .addressChange, .addressChangeConsent: false
    case .addressChanged, .passwordChanged, .newDevice: true
    }
  }
}
