import AccountsAPI
import Contract

/// Everything a caller can be told by accounts besides a bad field.
enum AccountsError: Error, Sendable, Equatable {
  /// The address is unknown or the password is wrong; which of the two is not said.
  case wrongCredentials
  case emailTaken
  /// The password that somebody who is signed in was asked for again is wrong.
  case wrongPassword
  /// Of whatever the quota is of.
  case tooManyAttempts(RateLimit)
  /// More passwords wait to be hashed than may.
  case passwordQueueFull
  case deadlinePassed
  /// Forged, expired, of an ended log-in session, or used before.
  case refreshTokenInvalid
  /// The token names an account or log-in session that is no more.
  case signedOut
  /// None such, or another account's.
  case profileNotFound
  case profileNameTaken
  /// The profile has a PIN that this log-in session has not entered.
  case profileLocked
  /// The log-in session is a kids' profile's.
  case kidsProfile
  /// The log-in session was bound to another profile while this was asked for.
  case boundMeanwhile
  case wrongPIN
  case profileLimitReached(maximum: Int)
  /// The account has more profiles than the plan it asks for allows.
  case planTooSmall(Plan, profiles: Int, maximum: Int)
  /// None such, or another account's.
  case loginSessionNotFound
  /// Nobody has decided about the device yet.
  case authorizationPending
  /// The device asks more often than it was told to.
  case slowDown(seconds: Int)
  /// Unknown, expired, or used.
  case deviceCodeExpired
  /// The viewer turned the device away.
  case deviceRefused
  /// The viewer decided otherwise before.
  case deviceDecided
  case tooManyDevicesWait
  /// Unknown, expired, or decided about by somebody else.
  case userCodeNotFound
  /// The last new key does not sign yet.
  case rotationUnderWay(signsFrom: Timestamp)
  case tooManyKeys
  /// Never sent, used, expired, or overtaken by something else.
  case linkInvalid
}

extension AccountsError: ProblemConvertible {
  var problem: Problem {
    switch self {
    case .wrongCredentials:
      .unauthenticated("The e-mail address or the password is wrong.")
    case .emailTaken:
      Problem(
        "email-taken", status: 409, title: "The address cannot be used",
        detail: "An account cannot be opened with this e-mail address. Log in if it is yours.",
        errors: [.init(field: "email", message: "cannot be used")])
    case .wrongPassword:
      Problem(
        "wrong-password", status: 403, title: "The password is wrong",
        detail: "The account's password was asked for, and this is not it.")
    case .tooManyAttempts(let limit):
      .tooMany("There were too many attempts; try again later.", limit: limit)
    case .passwordQueueFull:
      .tooMany("Too many log-ins are waiting.", retryAfterSeconds: 1)
    case .deadlinePassed:
      .timedOut("The log-in waited for longer than its deadline.")
    case .refreshTokenInvalid:
      .unauthenticated("The refresh token is not valid; log in again.")
    case .signedOut:
      .unauthenticated("Log in again.")
    case .profileNotFound:
      .notFound("There is no such profile.")
    case .profileNameTaken:
      Problem(
        "profile-name-taken", status: 409, title: "The name is taken",
        detail: "Another profile of the account has this name.",
        errors: [.init(field: "name", message: "is another profile's name")])
    case .profileLocked:
      .profileLocked
    case .kidsProfile:
      .kidsProfile
    case .boundMeanwhile:
      .conflict("The log-in session was bound to another profile at the same time.")
    case .wrongPIN:
      Problem(
        "wrong-pin", status: 403, title: "The PIN is wrong", detail: "This is not the profile's PIN.",
        errors: [.init(field: "pin", message: "is not the profile's PIN")])
    case .profileLimitReached(let maximum):
      Problem(
        "profile-limit", status: 409, title: "No more profiles",
        detail: "The account's plan allows \(maximum) profiles at most.")
    case .planTooSmall(let plan, let profiles, let maximum):
      Problem(
        "plan-too-small", status: 409, title: "The plan is too small",
        detail:
          "The account has \(profiles) profiles and the plan \(plan.rawValue) allows \(maximum): delete some first.",
        errors: [.init(field: "plan", message: "allows \(maximum) profiles, and there are \(profiles)")])
    case .loginSessionNotFound:
      .notFound("There is no such log-in session.")
    case .authorizationPending:
      .device("authorization_pending", "Not approved yet", "The code has not been approved yet.")
    case .slowDown(let seconds):
      .device("slow_down", "Ask less often", "Ask every \(seconds) seconds.", retryAfterSeconds: seconds)
    case .deviceCodeExpired:
      .device("expired_token", "The code has expired", "The code is not known, or no longer: ask for another.")
    case .deviceRefused:
      .device("access_denied", "Turned away", "The viewer has turned this device away.")
    case .deviceDecided:
      .conflict("This code has been decided about.")
    case .tooManyDevicesWait:
      .tooMany("Too many devices wait to be signed in.", retryAfterSeconds: 60)
    case .userCodeNotFound:
      .notFound("No device shows this code now.")
    case .rotationUnderWay(let signsFrom):
      .conflict("The last new key signs from \(signsFrom) on; rotate again after that.")
    case .tooManyKeys:
      .conflict("Too many keys are published; each is kept for a day after it last signed.")
    case .linkInvalid:
      Problem(
        "link-invalid", status: 422, title: "The link is not good any more",
        detail: "The link was used, has expired, or was overtaken by a later one. Ask for another.",
        errors: [.init(field: "token", message: "is not good any more")])
    }
  }
}

extension Problem {
  /// What RFC 8628 section 3.5 answers a device that asks for its tokens.
  fileprivate static func device(
    _ error: String, _ title: String, _ detail: String, retryAfterSeconds: Int? = nil
  ) -> Problem {
    var problem = Problem(
      error.split(separator: "_").joined(separator: "-"), status: 400, title: title, detail: detail,
      retryAfterSeconds: retryAfterSeconds)
    problem.error = error
    return problem
  }
}
