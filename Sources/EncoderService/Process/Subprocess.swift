import CLinux
import ConfigKit
import EncodingAPI
import Foundation
import Glibc
import Synchronization

/// A program with its arguments, ready to start.
struct Command: Sendable {
  /// Absolute.
  var executable: String
  var arguments: [String]
  /// What the program finds on its standard input: at most ``Subprocess/inputLimitBytes``.
  var input: Secret?
  /// Read by bubblewrap from ``Subprocess/filterDescriptor``.
  var filter: SystemCallFilter?
}

/// How a program ended.
struct ProgramEnd: Sendable {
  enum Cause: Sendable, Equatable {
    case exited(Int32)
    case killed(signal: Int32)
    /// Ended by us: it ran longer, or was silent longer, than allowed.
    case timedOut
    /// Ended by us: the task was cancelled.
    case stopped
  }
  var cause: Cause
  /// The last of what it said on standard error.
  var standardError: String
  /// Its own and that of what it started.
  var usage = TaskUsage()

  var isSuccess: Bool { cause == .exited(0) }
}

/// Runs programs, each in its own session and process group, and leaves nothing of them behind.
///
/// Foundation's `Process` cannot be given a session, nor can it kill a group, so this speaks to `posix_spawn` itself.
/// Each program has a thread that starts it, reads it and reaps it. That the starter outlives the program matters:
/// Linux sends a "parent died" signal (`bwrap --die-with-parent`) when the *thread* that forked ends, and threads of
/// a pool do end.
enum Subprocess {
  /// From TERM to KILL.
  static let patience: Duration = .seconds(3)
  static let standardErrorLimitBytes = 16 * 1024
  /// The first that is no standard one.
  static let filterDescriptor: Int32 = 3
  /// What every pipe takes without a reader (POSIX promises one page).
  static let inputLimitBytes = 4096

  /// Runs `command` to its end. A cancelled task ends it: TERM, then KILL after ``patience``.
  /// - Parameters:
  ///   - timeLimit: of the whole run.
  ///   - silenceLimit: without a byte on standard output, for programs that report progress there.
  ///   - onLine: each line of standard output, called on the program's thread.
  /// - Throws: ``SubprocessError`` where it cannot be started.
  static func run(
    _ command: Command, timeLimit: Duration, silenceLimit: Duration? = nil,
    onLine: @escaping @Sendable (Substring) -> Void = { _ in }
  ) async throws -> ProgramEnd {
    let stop = try StopSignal()
    return try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let thread = Thread {
          continuation.resume(
            with: Result {
              var program = try RunningProgram(command, stop: stop)
              return program.attend(timeLimit: timeLimit, silenceLimit: silenceLimit, onLine: onLine)
            })
        }
        thread.name = "subprocess"
        thread.start()
      }
    } onCancel: {
      stop.raise()
    }
  }
}

enum SubprocessError: Error {
  case cannotStart(executable: String, errno: Int32)
  case outOfDescriptors
  case inputTooLong
}

/// Wakes a program's thread; stays raised.
final class StopSignal: Sendable {
  /// Readable once raised.
  let descriptor: Int32
  private let writing: Int32

  init() throws {
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC | O_NONBLOCK) == 0 else { throw SubprocessError.outOfDescriptors }
    (descriptor, writing) = (ends[0], ends[1])
  }

  func raise() { _ = write(writing, [1], 1) }

  deinit {
    close(descriptor)
    close(writing)
  }
}

private struct RunningProgram {
  private let process: pid_t
  private let output: Int32
  private let errors: Int32
  private let stop: StopSignal
  private var pendingLine: [UInt8] = []
  private var standardError: [UInt8] = []

  init(_ command: Command, stop: StopSignal) throws {
    var outputPipe: [Int32] = [-1, -1]
    var errorPipe: [Int32] = [-1, -1]
    guard pipe2(&outputPipe, O_CLOEXEC) == 0 else { throw SubprocessError.outOfDescriptors }
    guard pipe2(&errorPipe, O_CLOEXEC) == 0 else {
      outputPipe.forEach { close($0) }
      throw SubprocessError.outOfDescriptors
    }
    defer {
      close(outputPipe[1])
      close(errorPipe[1])
    }
    do {
      process = try Self.spawn(command, output: outputPipe[1], errors: errorPipe[1])
    } catch {
      close(outputPipe[0])
      close(errorPipe[0])
      throw error
    }
    output = outputPipe[0]
    errors = errorPipe[0]
    self.stop = stop
  }

  private static func spawn(_ command: Command, output: Int32, errors: Int32) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let input = try command.input.map(pipe(holding:))
    defer { if let input { close(input) } }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_adddup2(&actions, output, 1)
    posix_spawn_file_actions_adddup2(&actions, errors, 2)
    let filter = try command.filter.map { try pipe(holding: Secret($0.bytes)) }
    defer { if let filter { close(filter) } }
    if let filter { posix_spawn_file_actions_adddup2(&actions, filter, Subprocess.filterDescriptor) }
    posix_spawn_file_actions_addclosefrom_np(&actions, Subprocess.filterDescriptor + (filter == nil ? 0 : 1))

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A service ignores SIGPIPE and may block signals; its children must not.
    var everySignal = sigset_t()
    sigfillset(&everySignal)
    posix_spawnattr_setsigdefault(&attributes, &everySignal)
    var noSignal = sigset_t()
    sigemptyset(&noSignal)
    posix_spawnattr_setsigmask(&attributes, &noSignal)
    let flags = Int32(POSIX_SPAWN_SETSIGDEF) | Int32(POSIX_SPAWN_SETSIGMASK) | Int32(MATINEE_SPAWN_SETSID)
    posix_spawnattr_setflags(&attributes, Int16(flags))

    var arguments: [UnsafeMutablePointer<CChar>?] = ([command.executable] + command.arguments).map { strdup($0) }
    arguments.append(nil)
    var environment: [UnsafeMutablePointer<CChar>?] = [
      strdup("PATH=/usr/local/bin:/usr/bin:/bin"), strdup("LC_ALL=C"), nil,
    ]
    defer { (arguments + environment).forEach { free($0) } }

    var process: pid_t = 0
    let failure = posix_spawn(&process, command.executable, &actions, &attributes, &arguments, &environment)
    guard failure == 0 else { throw SubprocessError.cannotStart(executable: command.executable, errno: failure) }
    return process
  }

  /// The reading end of a pipe that holds all of `secret`, and nothing comes after it.
  private static func pipe(holding secret: Secret) throws -> Int32 {
    guard secret.bytes.count <= Subprocess.inputLimitBytes else { throw SubprocessError.inputTooLong }
    var ends: [Int32] = [-1, -1]
    guard pipe2(&ends, O_CLOEXEC) == 0 else { throw SubprocessError.outOfDescriptors }
    _ = write(ends[1], secret.bytes, secret.bytes.count)
    close(ends[1])
    return ends[0]
  }

  /// Reads until the program has ended, ends it where it must be, reaps it, and kills what it left in its group.
  mutating func attend(
    timeLimit: Duration, silenceLimit: Duration?, onLine: (Substring) -> Void
  ) -> ProgramEnd {
    let begun = ContinuousClock.now
    var lastHeard = begun
    var endedByUs: ProgramEnd.Cause?
    var killAt: ContinuousClock.Instant?
    var isStopSeen = false
    var open = [output, errors]

    while !open.isEmpty || !hasExited() {
      var polled = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
      if !isStopSeen { polled.append(pollfd(fd: stop.descriptor, events: Int16(POLLIN), revents: 0)) }
      poll(&polled, nfds_t(polled.count), 50)
      for entry in polled where entry.revents != 0 {
        if entry.fd == stop.descriptor {
          isStopSeen = true
        } else if !read(entry.fd, onLine) {
          open.removeAll { $0 == entry.fd }
        } else if entry.fd == output {
          lastHeard = .now
        }
      }
      if endedByUs == nil {
        if isStopSeen { endedByUs = .stopped }
        if begun + timeLimit < .now { endedByUs = .timedOut }
        if let silenceLimit, lastHeard + silenceLimit < .now { endedByUs = .timedOut }
        if endedByUs != nil {
          kill(-process, SIGTERM)
          killAt = .now + Subprocess.patience
        }
      }
      if let instant = killAt, instant < .now {
        kill(-process, SIGKILL)
        killAt = nil
      }
      // A grandchild may hold the pipes open after the program itself is gone.
      if !open.isEmpty, hasExited(), polled.allSatisfy({ $0.revents == 0 }) { open = [] }
    }
    return reap(endedByUs: endedByUs, begun: begun, onLine)
  }

  private mutating func reap(
    endedByUs: ProgramEnd.Cause?, begun: ContinuousClock.Instant, _ onLine: (Substring) -> Void
  ) -> ProgramEnd {
    // Not yet reaped, so the group's number is still its own.
    kill(-process, SIGKILL)
    var status: Int32 = 0
    var spent = rusage()
    while wait4(process, &status, 0, &spent) < 0, errno == EINTR {}
    close(output)
    close(errors)
    if !pendingLine.isEmpty { onLine(Substring(decoding: pendingLine, as: UTF8.self)) }
    let signal = status & 0x7f
    let cause = endedByUs ?? (signal == 0 ? .exited(status >> 8 & 0xff) : .killed(signal: signal))
    return ProgramEnd(
      cause: cause, standardError: String(decoding: standardError, as: UTF8.self),
      usage: TaskUsage(spent, wall: .now - begun))
  }

  private func hasExited() -> Bool {
    var information = siginfo_t()
    let result = waitid(P_PID, id_t(process), &information, WEXITED | WNOHANG | WNOWAIT)
    return result != 0 || information.si_signo != 0
  }

  /// False at the end of the pipe.
  private mutating func read(_ descriptor: Int32, _ onLine: (Substring) -> Void) -> Bool {
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    if count < 0 { return errno == EINTR || errno == EAGAIN }
    guard count > 0 else { return false }
    guard descriptor == output else {
      standardError += buffer[..<count]
      standardError.removeFirst(max(0, standardError.count - Subprocess.standardErrorLimitBytes))
      return true
    }
    var rest = buffer[..<count]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      pendingLine += rest[..<end]
      onLine(Substring(decoding: pendingLine, as: UTF8.self))
      pendingLine.removeAll(keepingCapacity: true)
      rest = rest[(end + 1)...]
    }
    // A line beyond all reason is cut, not kept.
    if pendingLine.count < buffer.count { pendingLine += rest }
    return true
  }
}
