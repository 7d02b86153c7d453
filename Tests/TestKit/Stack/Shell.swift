import Foundation

/// Runs a program of the machine (ffmpeg, ffprobe, promtool, …) and gives what it printed.
package enum Shell {
  package struct Result: Sendable {
    package let status: Int32
    package let output: String
  }

  package static func isAvailable(_ program: String) -> Bool { path(of: program) != nil }

  private static func path(of program: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
    return folders.map { "\($0)/\(program)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  @discardableResult
  package static func run(_ command: [String], input: [UInt8]? = nil) async throws -> Result {
    guard let path = path(of: command[0]) else { throw ShellError.missing(command[0]) }
    let process = Process()
    process.executableURL = URL(filePath: path)
    process.arguments = Array(command.dropFirst())
    let folder = FileManager.default.temporaryDirectory.appending(path: "matinee-shell-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Files, not pipes: neither side can wait for the other.
    let output = folder.appending(path: "output")
    _ = FileManager.default.createFile(atPath: output.path, contents: nil)
    let handle = try FileHandle(forWritingTo: output)
    process.standardOutput = handle
    process.standardError = handle
    if let input {
      let file = folder.appending(path: "input")
      try Data(input).write(to: file)
      process.standardInput = try FileHandle(forReadingFrom: file)
    } else {
      process.standardInput = FileHandle.nullDevice
    }
    let status = try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Int32, any Error>) in
      process.terminationHandler = { continuation.resume(returning: $0.terminationStatus) }
      do { try process.run() } catch { continuation.resume(throwing: error) }
    }
    return Result(status: status, output: try String(contentsOf: output, encoding: .utf8))
  }
}

package enum ShellError: Error {
  case missing(String)
  case failed([String], String)
}
