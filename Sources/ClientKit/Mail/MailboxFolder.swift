import Foundation

/// The courier of a machine without a mail server: each message is a file, `<id>.<owner>.eml`, for whoever may read
/// the folder.
package struct MailboxFolder: MailCourier {
  package let path: String
  /// Files the folder may hold; the oldest make room, by name, as ids are time-ordered.
  package let maximum: Int

  /// Throws what keeps the folder from being made.
  package init(path: String, maximum: Int) throws {
    self.path = path
    self.maximum = maximum
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  package func send(_ message: MailMessage) async throws {
    let bytes = try message.composed()
    _ = try message.to.path()
    let name = "\(message.id).\(message.owner).eml"
    guard !name.contains("/"), !message.id.isEmpty else { throw MailError.unsendable("the id is not plain") }
    do {
      let draft = URL(filePath: "\(path)/\(name).draft")
      try Data(bytes).write(to: draft)
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: draft.path)
      // Whole or not at all; a message sent again takes the place of its first copy.
      guard rename(draft.path, "\(path)/\(name)") == 0 else { throw MailError.unreachable("errno \(errno)") }
      try makeRoom()
    } catch let error as MailError {
      throw error
    } catch {
      throw MailError.unreachable("the folder cannot be written: \(error.localizedDescription)")
    }
  }

  package func stop() {}

  /// Removes every message of `owner`.
  package func forget(owner: String) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: path) where name.hasSuffix(".\(owner).eml") {
      try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }

  /// Whose messages are there.
  package func owners() throws -> Set<String> {
    Set(
      try FileManager.default.contentsOfDirectory(atPath: path).compactMap { name in
        let parts = name.split(separator: ".")
        return parts.count == 3 && parts[2] == "eml" ? String(parts[1]) : nil
      })
  }

  private func makeRoom() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { $0.hasSuffix(".eml") }
    guard names.count > maximum else { return }
    for name in names.sorted().prefix(names.count - maximum) {
      try FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }
}
