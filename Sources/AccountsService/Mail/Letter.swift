/// What a mail says.
struct Letter: Sendable, Equatable {
  let subject: String
  let text: String

  static func verification(link: String, hours: Int, isContested: Bool) -> Letter {
    Letter(
      subject: "Confirm your e-mail address",
      text: """
        Welcome to Matinee!

        To confirm that this is your address, open this link within \(hours) hours:

        \(link)
        \(isContested ? contested : "")
        If you did not open an account, do nothing: without the link nobody can say that the address is theirs.
        """)
  }

  private static let contested = """

    Another account was opened with this address before and never confirmed. With the link it loses the address and
    is signed out everywhere.

    """

  /// For somebody who signs up, or changes to an address, though it has an account already.
  static func alreadyKnown(page: String) -> Letter {
    Letter(
      subject: "You already have an account",
      text: """
        Somebody, perhaps you, wanted to use this address for a Matinee account. It has one already, and nothing
        about that has changed.

        To log in:               \(page)/#/login
        If you forgot the password: \(page)/#/reset

        If it was not you, there is nothing to do.
        """)
  }

  static func passwordReset(link: String, minutes: Int) -> Letter {
    Letter(
      subject: "Choose a new password",
      text: """
        Somebody, perhaps you, asked for a new password for your Matinee account. To choose one, open this link
        within \(minutes) minutes:

        \(link)

        All devices are then signed out. If it was not you, do nothing: your password stays as it is.
        """)
  }

  static func addressChange(link: String, hours: Int) -> Letter {
    Letter(
      subject: "Confirm your new e-mail address",
      text: """
        Somebody, perhaps you, wants to use this address for a Matinee account that had another one. To confirm that
        it is yours, open this link within \(hours) hours:

        \(link)

        If it was not you, do nothing.
        """)
  }

  static func addressChangeConsent(link: String, newAddress: String, hours: Int) -> Letter {
    Letter(
      subject: "Your e-mail address shall be changed",
      text: """
        Somebody, hopefully you, asked that your Matinee account shall have another e-mail address:

        \(newAddress)

        If that is right, open this link within \(hours) hours, and the one that was sent to the new address:

        \(link)

        If it was not you, somebody knows your password: choose another one at once. That stops the change.
        """)
  }

  static func addressChanged(page: String) -> Letter {
    Letter(
      subject: "Your e-mail address was changed",
      text: """
        Your Matinee account has another e-mail address from now on, as you confirmed. You log in with the new one:

        \(page)/#/login
        """)
  }

  static func passwordChanged(page: String) -> Letter {
    Letter(
      subject: "Your password was changed",
      text: """
        The password of your Matinee account was changed just now, and other devices were signed out.

        If it was not you, choose a new one at once:

        \(page)/#/reset
        """)
  }

  static func newDevice(_ device: String, page: String) -> Letter {
    Letter(
      subject: "A new device signed in",
      text: """
        A device that we had not seen before signed in to your Matinee account:

        \(device)

        If it was not you, choose a new password, which signs all devices out:

        \(page)/#/reset
        """)
  }
}
