import Foundation
package import SecurityKit
import StorageKit

/// Checks a service's audit log from its first line to its last, whether or not the service runs.
package struct AuditVerification: Sendable {
  /// Lines.
  package let count: Int64
  /// The last line's hash, in hexadecimal; of an empty log, zeros. Kept elsewhere, it proves later that no line was
  /// taken from the end.
  package let head: String
  /// What is wrong, the first fault first; empty where the chain holds.
  package let faults: [String]

  private static let faultsMaximum = 10

  /// Nil where the folder has no log: no operator has asked anything of the service yet. Throws where the file cannot
  /// be read.
  ///
  /// - Parameters:
  ///   - folder: the service's, `$MATINEE_HOME/<service>`.
  ///   - noted: a line number and the hash that line had, noted earlier.
  package init?(folder: String, key: HMACKey, noted: (seq: Int64, hash: String)? = nil) throws {
    let path = "\(folder)/\(AuditLog.fileName)"
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let database = DatabaseReading(path: path)
    defer { database.close() }
    var walk = Walk(key: key, noted: noted)
    do {
      try database.read { db in try AuditStore.forEach(in: db) { walk.take($0) } }
      if let noted, !walk.isNotedFound { walk.note("entry \(noted.seq) was noted and is missing: the end was cut off") }
    } catch let error as StorageError {
      walk.note("the log cannot be read beyond entry \(walk.seq): \(error)")
    }
    (count, head, faults) = (walk.seq, walk.hash.hexadecimal, walk.faults)
  }

  /// From line to line.
  private struct Walk {
    let key: HMACKey
    let noted: (seq: Int64, hash: String)?
    var seq: Int64 = 0
    var hash = AuditStore.root
    var faults: [String] = []
    var isNotedFound: Bool

    init(key: HMACKey, noted: (seq: Int64, hash: String)?) {
      self.key = key
      self.noted = noted
      isNotedFound = noted.map { $0.seq == 0 } ?? true
    }

    mutating func take(_ link: AuditStore.Link) {
      let entry = link.entry
      if entry.seq != seq + 1 { note("entries \(seq + 1) to \(entry.seq - 1) are missing") }
      if link.previousHash != hash { note("entry \(entry.seq) does not follow from the one before it") }
      if AuditStore.Link.hash(entry, after: link.previousHash, key: key) != link.hash {
        note("entry \(entry.seq) was changed, or was not written by this service")
      }
      if let noted, noted.seq == entry.seq {
        isNotedFound = true
        if noted.hash != entry.hash { note("entry \(entry.seq) is not the one that was noted") }
      }
      (seq, hash) = (entry.seq, link.hash)
    }

    mutating func note(_ fault: String) {
      if faults.count < AuditVerification.faultsMaximum { faults.append(fault) }
    }
  }
}
