import AccountsAPI
import ClientKit
import Contract
import SecurityKit
import StorageKit

/// Finds out what a queued mail says and to whom, from how things stand when it is sent, and keeps its link.
struct MailComposer: Sendable {
  let settings: MailSettings
  let linkKey: HMACKey

  /// Nil where there is nothing to say any more: the account is gone, the address has no account, or it was verified
  /// meanwhile. A mail goes to the address that is stored, never to one that only compares equal to it.
  func compose(_ mail: QueuedMail, now: Timestamp, in db: SQLSession) throws -> MailMessage? {
    guard let (letter, account, address) = try letter(mail, now: now, in: db) else { return nil }
    return MailMessage(
      id: mail.id.description, owner: account.description, from: settings.from, to: MailAddress(address: address),
      subject: letter.subject, text: letter.text, sentAt: now)
  }

  private typealias Addressed = (letter: Letter, account: AccountID, address: String)

  private func letter(_ mail: QueuedMail, now: Timestamp, in db: SQLSession) throws -> Addressed? {
    switch mail.kind {
    case .passwordReset:
      guard let account = try owner(of: mail.address, in: db) else { return nil }
      let link = try link(mail, .passwordReset, of: account, key: account.address.key, now: now, in: db)
      return (.passwordReset(link: link, minutes: settings.passwordLinkMinutes), account.id, account.address.text)
    case .verification:
      guard let account = try holder(mail, in: db), !account.isVerified else { return nil }
      return (try verification(mail, account, now: now, in: db), account.id, mail.address)
    case .addressChange:
      return try addressChange(mail, now: now, in: db)
    case .addressChangeConsent:
      guard let account = try holder(mail, in: db),
        let pending = try AddressStore.pending(of: account.id, now: now, in: db), !pending.isAgreed
      else { return nil }
      let link = try link(mail, .addressChangeConsent, of: account, key: account.address.key, now: now, in: db)
      let letter = Letter.addressChangeConsent(
        link: link, newAddress: pending.address.text, hours: settings.addressLinkHours)
      return (letter, account.id, mail.address)
    case .addressChanged:
      return mail.account.map { (.addressChanged(page: settings.publicURL), $0, mail.address) }
    case .passwordChanged:
      return mail.account.map { (.passwordChanged(page: settings.publicURL), $0, mail.address) }
    case .newDevice:
      return mail.account.map { (.newDevice(mail.device, page: settings.publicURL), $0, mail.address) }
    }
  }

  private func verification(
    _ mail: QueuedMail, _ account: AddressedAccount, now: Timestamp, in db: SQLSession
  ) throws -> Letter {
    if try AddressStore.owner(of: account.address.key, in: db) != nil {
      return .alreadyKnown(page: settings.publicURL)
    }
    let others = try AddressStore.otherClaims(on: account.address.key, besides: account.id, limit: 1, in: db)
    let link = try link(mail, .verification, of: account, key: account.address.key, now: now, in: db)
    return .verification(link: link, hours: settings.addressLinkHours, isContested: !others.isEmpty)
  }

  private func addressChange(_ mail: QueuedMail, now: Timestamp, in db: SQLSession) throws -> Addressed? {
    guard let id = mail.account, let account = try AccountStore.addressed(id, in: db),
      let pending = try AddressStore.pending(of: id, now: now, in: db), pending.address.text == mail.address
    else { return nil }
    if let owner = try AddressStore.owner(of: pending.address.key, in: db), owner != id {
      return (.alreadyKnown(page: settings.publicURL), id, mail.address)
    }
    let link = try link(mail, .addressChange, of: account, key: pending.address.key, now: now, in: db)
    return (.addressChange(link: link, hours: settings.addressLinkHours), id, mail.address)
  }

  /// Whose address it is as far as is known.
  private func owner(of address: String, in db: SQLSession) throws -> AddressedAccount? {
    guard let email = try? EmailAddress(address),
      let found = try AccountStore.holder(of: email.key, in: db)
    else { return nil }
    return try AccountStore.addressed(found.id, in: db)
  }

  /// The account, if the address of the mail is still the one it has.
  private func holder(_ mail: QueuedMail, in db: SQLSession) throws -> AddressedAccount? {
    guard let id = mail.account, let account = try AccountStore.addressed(id, in: db),
      account.address.text == mail.address
    else { return nil }
    return account
  }

  private func link(
    _ mail: QueuedMail, _ purpose: LinkToken.Purpose, of account: AddressedAccount, key: String, now: Timestamp,
    in db: SQLSession
  ) throws -> String {
    let token = LinkToken(of: mail.id, key: linkKey)
    let seconds =
      purpose == .passwordReset ? settings.passwordLinkMinutes * 60 : settings.addressLinkHours * 3600
    try LinkStore.put(
      token, StoredLink(purpose: purpose, account: account.id, emailKey: key),
      expires: now.adding(seconds: Double(seconds)), in: db)
    return "\(settings.publicURL)/#/\(purpose == .passwordReset ? "reset" : "verify")/\(token.text)"
  }
}
