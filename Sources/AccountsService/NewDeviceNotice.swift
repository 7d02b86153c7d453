import AccountsAPI
import Contract
import StorageKit

/// Tells whoever reads an account's address, if that is proved, of a device that signs in for the first time or from a
/// new network.
struct NewDeviceNotice: Sendable {
  let outgoing: OutgoingMail

  /// Within the write that signs it in, before its session is there.
  func callAsFunction(
    _ device: Device, of account: Account, from address: NetworkAddress?, now: Timestamp, in db: SQLSession
  ) throws {
    guard account.emailVerified,
      try !LoginSessionStore.knows(device, of: account.id, from: address?.network ?? "", in: db)
    else { return }
    let place = address.map { ", from the network \($0.network)" } ?? ""
    try outgoing.queue(
      .newDevice, to: account.email, of: account.id, device: "\(device.name) (\(device.kind.rawValue))\(place)",
      now: now, in: db)
  }
}
