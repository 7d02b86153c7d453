/// A database file that is only looked at, whether or not its service runs: nothing of it is changed.
package final class DatabaseReading: Sendable {
  private let readers: ReaderPool

  /// The file is opened by the first ``read(_:)``.
  package init(path: String) {
    readers = ReaderPool(path: path, limits: StorageLimits())
  }

  /// Every statement sees the same snapshot. Throws ``StorageError``.
  package func read<T>(_ body: (SQLSession) throws -> T) throws -> T {
    try readers.read(body)
  }

  package func close() {
    readers.close()
  }
}
