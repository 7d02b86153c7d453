import ConfigKit
import Contract
import EncodingAPI
import Foundation
import Glibc
import Synchronization

/// The programs an encoder drives, found and tried once.
struct Toolbox: Sendable {
  enum Tool: String, Sendable, CaseIterable {
    case ffmpeg, ffprobe, packager
    /// An ffmpeg that knows VMAF; not everywhere.
    case vmaf
    /// With the cryptography package: for `aes128` alone, so it may be missing.
    case python
  }

  private let paths: [Tool: String]
  /// First lines of what the tools say of themselves: part of every output's key.
  let version: String
  /// What can be done with them: ``Capability``.
  let capabilities: Set<String>
  private let sandbox: Sandbox
  private let silenceLimit: Duration
  private var meter: UsageMeter?

  /// - Throws: ``ToolboxError`` naming what is missing and which setting tells where it is.
  init(_ settings: EncoderSettings) async throws {
    var paths: [Tool: String] = [:]
    for (tool, name) in [
      (Tool.ffmpeg, settings.ffmpeg), (.ffprobe, settings.ffprobe), (.packager, settings.packager),
    ] {
      guard let path = Self.find(name) else {
        throw ToolboxError.missing(name, setting: "ENCODER_\(tool.rawValue.uppercased())")
      }
      paths[tool] = path
    }
    paths[.vmaf] = Self.find(settings.vmaf)
    paths[.python] = Self.find(settings.python)
    self.paths = paths
    sandbox = try await Sandbox(settings, tools: paths.values.sorted())
    silenceLimit = .seconds(settings.silenceLimitSeconds)
    version = try await Self.versions(of: paths, in: sandbox)
    capabilities = try await Self.capabilities(of: paths, in: sandbox)
  }

  /// What ffmpeg calls the encoders that tasks may ask for.
  private static let encoders = [
    "libx264": Capability.h264, "libx265": Capability.hevc, "libsvtav1": Capability.av1, "aac": Capability.aac,
    "libopus": Capability.opus,
  ]

  private static func capabilities(of paths: [Tool: String], in sandbox: Sandbox) async throws -> Set<String> {
    let found = Mutex<Set<String>>([Capability.packager])
    let command = sandbox.command(
      paths[.ffmpeg] ?? "", ["-hide_banner", "-encoders"], folders: WorkFolders())
    let end = try await Subprocess.run(command, timeLimit: .seconds(20)) { line in
      // ` V....D libx264              libx264 H.264 / AVC / MPEG-4 AVC`
      guard let name = line.split(separator: " ").dropFirst().first, let word = encoders[String(name)] else { return }
      found.withLock { _ = $0.insert(word) }
    }
    // An encoder that does not know what it can do would wait for work for ever, and say nothing.
    guard end.isSuccess else { throw ToolboxError.silent(paths[.ffmpeg] ?? "", "\(end.cause) \(end.standardError)") }
    return found.withLock { $0 }
  }

  private static func versions(of paths: [Tool: String], in sandbox: Sandbox) async throws -> String {
    var lines: [String] = []
    for (tool, argument) in [(Tool.ffmpeg, "-version"), (.packager, "--version"), (.vmaf, "-version")] {
      guard let path = paths[tool] else { continue }
      let first = Mutex<String?>(nil)
      let command = sandbox.command(path, [argument], folders: WorkFolders())
      _ = try await Subprocess.run(command, timeLimit: .seconds(20)) { line in
        first.withLock { if $0 == nil { $0 = String(line) } }
      }
      lines.append(first.withLock { $0 } ?? "unknown")
    }
    return lines.joined(separator: "; ")
  }

  /// The absolute path of a program given by path or by name in PATH.
  static func find(_ name: String) -> String? {
    if name.contains("/") { return access(name, X_OK) == 0 ? name : nil }
    let folders = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/local/bin:/usr/bin:/bin"
    return folders.split(separator: ":").map { "\($0)/\(name)" }.first { access($0, X_OK) == 0 }
  }

  /// Whether quality can be told in VMAF.
  var hasVMAF: Bool { paths[.vmaf] != nil }

  /// The same tools, what they cost added to `meter`.
  func metered(by meter: UsageMeter) -> Toolbox {
    var tools = self
    tools.meter = meter
    return tools
  }

  /// The folders by the names the tools see.
  func seen(_ folders: WorkFolders) -> WorkFolders { sandbox.seen(folders) }

  /// The path by which a tool finds the secret it is run with.
  var secretPath: String { sandbox.secretPath }

  /// Runs a tool on `folders`. `arguments` are made from the folders as the tool sees them.
  /// A cancelled task throws `CancellationError`; how else it ended is for the caller to judge.
  func run(
    _ tool: Tool, on folders: WorkFolders, timeLimit: Duration = .seconds(24 * 3600), reportsProgress: Bool = false,
    secret: Secret? = nil, onLine: @escaping @Sendable (Substring) -> Void = { _ in },
    _ arguments: (WorkFolders) -> [String]
  ) async throws -> ProgramEnd {
    guard let path = paths[tool] else {
      throw EncodingFault.transient("The program \(tool.rawValue) is not there on this encoder.")
    }
    let command = sandbox.command(path, arguments(sandbox.seen(folders)), folders: folders, secret: secret)
    var end = try await Subprocess.run(
      command, timeLimit: timeLimit, silenceLimit: reportsProgress ? silenceLimit : nil, onLine: onLine)
    meter?.add(end.usage)
    try Task.checkCancellation()
    end.cause = sandbox.cause(of: end)
    return end
  }

  /// Runs a tool that must succeed. Ends by signal, time or lack of space are transient.
  func mustRun(
    _ tool: Tool, on folders: WorkFolders, timeLimit: Duration = .seconds(24 * 3600), reportsProgress: Bool = false,
    doing: String, secret: Secret? = nil, onLine: @escaping @Sendable (Substring) -> Void = { _ in },
    _ arguments: (WorkFolders) -> [String]
  ) async throws {
    let end = try await run(
      tool, on: folders, timeLimit: timeLimit, reportsProgress: reportsProgress, secret: secret, onLine: onLine,
      arguments)
    guard !end.isSuccess else { return }
    let words = end.standardError.split(separator: "\n").suffix(3).joined(separator: " ")
    throw EncodingFault.transient("\(tool.rawValue) failed while \(doing) (\(end.cause)): \(words)")
  }
}

enum ToolboxError: Error, CustomStringConvertible {
  case missing(String, setting: String)
  case noSandbox(String)
  case silent(String, String)

  var description: String {
    switch self {
    case .missing(let name, let setting):
      "The program \(name) is not there. Install it, or set MATINEE_\(setting) to its path."
    case .noSandbox(let why):
      "bubblewrap cannot be used here (\(why)), so no film is opened. Install bubblewrap and permit user namespaces, "
        + "or, where every source is trusted, set MATINEE_ENCODER_SANDBOX=off."
    case .silent(let path, let why): "\(path) does not say which encoders it has: \(why)"
    }
  }
}
