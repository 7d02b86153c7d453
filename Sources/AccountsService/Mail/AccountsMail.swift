import ClientKit
import SecurityKit
import ServerKit
import ServiceLifecycle
import StorageKit
import TelemetryKit

/// The parts of the service that mail is made of.
struct AccountsMail {
  let outgoing: OutgoingMail
  let sender: MailSender
  /// Where messages are files; nil where a mail server takes them.
  let folder: MailboxFolder?

  init(_ context: ServiceContext, database: ServiceDatabase, linkKey: HMACKey) throws {
    let settings = try MailSettings(context.settings)
    let outgoing = OutgoingMail(settings: settings, clock: context.clock)
    let courier: any MailCourier
    if let server = settings.server {
      folder = nil
      courier = SMTPCourier(settings: server)
    } else {
      let mailbox = try MailboxFolder(path: "\(context.dataFolder)/mailbox", maximum: settings.folderMaximum)
      folder = mailbox
      courier = mailbox
    }
    context.metrics.observe("accounts_mails_waiting", help: "Mails that wait to be sent.") { [weak outgoing] in
      Double(outgoing?.waitingCount ?? 0)
    }
    self.outgoing = outgoing
    sender = MailSender(
      database: database, outgoing: outgoing, composer: MailComposer(settings: settings, linkKey: linkKey),
      courier: courier, folder: folder, clock: context.clock, logger: context.logger,
      sent: context.metrics.counter(
        "accounts_mails_total", help: "Tries to send a mail, by outcome.", labels: ["outcome"]))
  }
}
