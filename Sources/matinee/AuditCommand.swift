import ArgumentParser
import AuditKit
import Foundation
import SecurityKit
import ServerKit

struct AuditCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "audit", abstract: "The logs of what operators did.", subcommands: [VerifyAudit.self])
}

/// Checks the audit logs of this home; the services may run meanwhile.
struct VerifyAudit: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check that no entry was changed, taken out or slipped in.",
    discussion: """
      Prints a line for each log: the service, its number of entries, and the hash of the last one. Kept elsewhere, \
      these lines prove later, with --heads, that nothing was taken from the end. Ends with 1 where something is wrong.
      """)

  @Argument(help: "Only this service's log.")
  var service: String?

  @Option(help: "A file with lines printed earlier.")
  var heads: String?

  func validate() throws {
    if let service, !roster.contains(where: { $0.name == service }) {
      throw ValidationError("There is no service named \(service).")
    }
  }

  func run() async throws {
    let home = Hosting.home(in: ProcessInfo.processInfo.environment)
    let key = try StackKeys(home: home).auditKey
    let noted = try notedHeads()
    var isSound = true
    for name in roster.map({ $0.name }) where service == nil || service == name {
      guard let log = try AuditVerification(folder: "\(home)/\(name)", key: key, noted: noted[name]) else {
        if let noted = noted[name], noted.seq > 0 {
          isSound = false
          complain("\(name): the log was noted with \(noted.seq) entries and is gone")
        }
        continue
      }
      print("\(name) \(log.count) \(log.head)")
      for fault in log.faults { complain("\(name): \(fault)") }
      isSound = isSound && log.faults.isEmpty
    }
    if !isSound { throw ExitCode(1) }
  }

  private func notedHeads() throws -> [String: (seq: Int64, hash: String)] {
    guard let heads else { return [:] }
    guard let text = try? String(contentsOfFile: heads, encoding: .utf8) else {
      throw ValidationError("\(heads) cannot be read.")
    }
    var noted: [String: (seq: Int64, hash: String)] = [:]
    for line in text.split(separator: "\n") {
      let words = line.split(separator: " ")
      guard words.count == 3, let seq = Int64(words[1]) else { throw ValidationError("\(heads): no head: \(line)") }
      noted[String(words[0])] = (seq, String(words[2]))
    }
    return noted
  }

  private func complain(_ text: String) {
    FileHandle.standardError.write(Data("\(text)\n".utf8))
  }
}
