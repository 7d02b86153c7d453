import ConfigKit
import Foundation
import Glibc

/// The files a tool may touch.
struct WorkFolders: Sendable {
  /// The film: one file, read only.
  var source: String?
  /// What earlier tasks made: a folder, read only.
  var staging: String?
  /// Where the tool writes, and its working folder.
  var output: String?
}

/// Shuts a program in: its own namespaces (no network, no other process), no environment, no capability, only the
/// system's programs and libraries and its ``WorkFolders`` to be seen, and limits on memory, time, files.
///
/// A film is opened by a decoder of half a million lines of C: what that can be talked into must not matter.
struct Sandbox: Sendable {
  private let bubblewrap: String?
  private let prlimit: String
  private let limits: [String]
  /// Paths of tools that are not under /usr.
  private let foreignTools: [String]
  /// Forbids namespaces within the namespaces, and so most of what the kernel lets only root do; empty where bubblewrap
  /// is older than 0.8.
  private var noNesting = ["--unshare-user", "--disable-userns"]
  private let filter = SystemCallFilter()
  /// util-linux's, for runs without bubblewrap: the tool dies when we do.
  private let setpriv: String?

  init(_ settings: EncoderSettings, tools: [String]) async throws {
    guard let prlimit = Toolbox.find(settings.prlimit) else {
      throw ToolboxError.missing(settings.prlimit, setting: "ENCODER_PRLIMIT")
    }
    self.prlimit = prlimit
    limits = [
      "--as=\(settings.memoryLimitBytes)", "--fsize=\(settings.fileSizeLimitBytes)",
      "--cpu=\(settings.processorSecondsLimit)", "--nofile=\(settings.openFilesLimit)", "--core=0",
    ]
    foreignTools = tools.filter { !$0.hasPrefix("/usr/") }
    setpriv = Toolbox.find("setpriv")
    guard settings.sandboxing == .required else {
      bubblewrap = nil
      return
    }
    guard let path = Toolbox.find(settings.bubblewrap) else {
      throw ToolboxError.noSandbox("there is no \(settings.bubblewrap)")
    }
    bubblewrap = path
    var trial = try await attempt()
    if !trial.isSuccess {
      noNesting = []
      trial = try await attempt()
    }
    guard trial.isSuccess else {
      throw ToolboxError.noSandbox(
        trial.standardError.split(separator: "\n").first.map(String.init) ?? "\(trial.cause)")
    }
  }

  private func attempt() async throws -> ProgramEnd {
    try await Subprocess.run(command("/usr/bin/true", [], folders: WorkFolders()), timeLimit: .seconds(10))
  }

  /// The folders by the names the tool sees.
  func seen(_ folders: WorkFolders) -> WorkFolders {
    guard bubblewrap != nil else { return folders }
    return WorkFolders(
      source: folders.source.map { _ in "/source" }, staging: folders.staging.map { _ in "/staging" },
      output: folders.output.map { _ in "/output" })
  }

  /// Where a tool finds what it is told in confidence. It comes through a pipe: it is on no disk, and not among the
  /// arguments, which everyone on the machine can read.
  var secretPath: String { bubblewrap == nil ? "/dev/stdin" : "/secret" }

  func command(
    _ executable: String, _ arguments: [String], folders: WorkFolders, secret: Secret? = nil
  ) -> Command {
    guard let bubblewrap else {
      let leash = setpriv.map { [$0, "--pdeathsig", "KILL", "--"] } ?? []
      let folder = folders.output.map { ["/usr/bin/env", "--chdir=\($0)"] } ?? []
      return Command(
        executable: prlimit, arguments: limits + leash + folder + [executable] + arguments, input: secret)
    }
    let inside = foreignTools.contains(executable) ? "/tools/\(name(executable))" : executable
    // bubblewrap itself reads the pipe, and shows what was in it as a file in memory.
    let whisper = secret == nil ? [] : ["--ro-bind-data", "0", secretPath]
    let refusals = filter == nil ? [] : ["--seccomp", "\(Subprocess.filterDescriptor)"]
    return Command(
      executable: prlimit,
      arguments: limits + [bubblewrap] + refusals + walls(folders, whisper: whisper) + Self.waiter + [inside]
        + arguments,
      input: secret, filter: filter)
  }

  /// The first process of the tool's own name space: a shell that waits for the tool, so that the kernel's account of
  /// what the tool cost reaches us. The one that bubblewrap would put there answers for the tool and is not waited for.
  private static let waiter = ["--as-pid-1", "--", "/usr/bin/sh", "-c", #""$@"; exit $?"#, "sh"]

  /// How the program itself ended: the shell tells of a signal that ended it as 128 and its number.
  func cause(of end: ProgramEnd) -> ProgramEnd.Cause {
    guard bubblewrap != nil, case .exited(let code) = end.cause else { return end.cause }
    let signal = code - 128
    return Self.crashes.contains(signal) ? .killed(signal: signal) : end.cause
  }

  private static let crashes: Set = [SIGILL, SIGABRT, SIGBUS, SIGFPE, SIGKILL, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS]

  private func walls(_ folders: WorkFolders, whisper: [String]) -> [String] {
    var walls = noNesting
    walls += [
      "--unshare-all", "--die-with-parent", "--new-session", "--clearenv", "--cap-drop", "ALL",
      "--setenv", "LC_ALL", "C", "--ro-bind", "/usr", "/usr", "--ro-bind-try", "/etc/alternatives", "/etc/alternatives",
      "--ro-bind-try", "/bin", "/bin", "--ro-bind-try", "/lib", "/lib", "--ro-bind-try", "/lib64", "/lib64",
      "--dev", "/dev",
    ]
    for tool in foreignTools { walls += ["--ro-bind", tool, "/tools/\(name(tool))"] }
    if let source = folders.source { walls += ["--ro-bind", source, "/source"] }
    if let staging = folders.staging { walls += ["--ro-bind", staging, "/staging"] }
    if let output = folders.output { walls += ["--bind", output, "/output", "--chdir", "/output"] }
    // Both are memory file systems: nobody fills them.
    return walls + whisper + ["--remount-ro", "/dev", "--remount-ro", "/"]
  }

  private func name(_ path: String) -> Substring {
    path.split(separator: "/").last ?? "tool"
  }
}
