import Foundation

/// A disk of a few megabytes for one process, in a mount namespace that ends with it: full when a test says so, and
/// without a byte less for anyone else.
package enum SmallDisk {
  /// Whether this machine lets us: the super-user, or anyone where user namespaces are permitted.
  package static let isPermitted: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = wrapped(["true"], folder: FileManager.default.temporaryDirectory.path, bytes: 1 << 20)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    do { try process.run() } catch { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// The arguments of `/usr/bin/env` that run `command` with `folder` on a disk of `bytes`. It keeps its process id.
  static func wrapped(_ command: [String], folder: String, bytes: Int) -> [String] {
    let script = #"mkdir -p "$1" && mount -t tmpfs -o size="$2",mode=700 tmpfs "$1" && shift 2 && exec "$@""#
    return ["unshare", geteuid() == 0 ? "-m" : "-Urm", "sh", "-c", script, "sh", folder, String(bytes)] + command
  }

  /// Writes a file beside the process's own until not one more block fits; answers its path.
  package static func fill(_ folder: String) throws -> String {
    let path = folder + "/ballast"
    let file = open(path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
    guard file >= 0 else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    defer { close(file) }
    let block = [UInt8](repeating: 1, count: 4096)
    while write(file, block, block.count) > 0 {}
    guard errno == ENOSPC else { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
    return path
  }
}
