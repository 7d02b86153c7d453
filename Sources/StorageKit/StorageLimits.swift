/// How hard the disk is asked to hold on to a commit.
package enum Durability: Sendable {
  /// Each commit is synced before it is answered: survives a power cut.
  case full
  /// Synced at checkpoints only: survives `kill -9`, may lose the last commits in a power cut.
  /// For what can be made again from elsewhere.
  case normal

  var synchronous: Int { self == .full ? 2 : 1 }
}

package struct StorageLimits: Sendable {
  /// Writes that may wait for a commit; beyond it they are refused with ``StorageError/busy``.
  package var maximumWaitingWrites = 8192
  package var maximumWritesPerCommit = 1024
  package var maximumReaders = 8
  package var readerWaitSeconds = 5.0
  /// How long to wait for a lock held by another process.
  package var busyTimeoutSeconds = 5.0
  /// A write closure that takes longer holds up all others and is logged.
  package var slowWrite = Duration.milliseconds(250)
  /// Pages the file may have, of 4096 bytes; nil leaves it to the disk.
  package var maximumPages: Int?

  package init() {}
}
