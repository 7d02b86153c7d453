import Foundation
import Glibc
import Synchronization
import TestKit
import Testing

@testable import EncoderService

@Suite("Programs and their ends")
struct SubprocessTests {
  private func shell(_ script: String) -> Command { Command(executable: "/bin/sh", arguments: ["-c", script]) }

  private func isAlive(_ process: pid_t) -> Bool { kill(process, 0) == 0 }

  @Test("Lines, standard error and the exit code arrive")
  func outcome() async throws {
    let lines = Mutex<[String]>([])
    let end = try await Subprocess.run(shell("echo one; echo two >&2; printf three; exit 4"), timeLimit: .seconds(60)) {
      line in lines.withLock { $0.append(String(line)) }
    }
    #expect(end.cause == .exited(4) && end.standardError == "two\n" && !end.isSuccess)
    #expect(lines.withLock { $0 } == ["one", "three"])
  }

  @Test("A program that is not there is told, not waited for")
  func missing() async throws {
    await #expect(throws: SubprocessError.self) {
      _ = try await Subprocess.run(Command(executable: "/nonexistent", arguments: []), timeLimit: .seconds(1))
    }
  }

  @Test("Cancelling ends the program and everything it started, even what ignores TERM")
  func cancelled() async throws {
    let started = Mutex<[pid_t]>([])
    let running = Task {
      try await Subprocess.run(
        shell("trap '' TERM; sleep 1000 & echo $!; echo $$; while :; do sleep 1; done"), timeLimit: .seconds(600)
      ) { line in if let process = pid_t(line) { started.withLock { $0.append(process) } } }
    }
    try await eventually { started.withLock { $0.count == 2 } }
    running.cancel()
    #expect(try await running.value.cause == .stopped)
    try await eventually { started.withLock { $0 }.allSatisfy { !self.isAlive($0) } }
  }

  @Test("What a program leaves behind in its group goes when it ends")
  func leftovers() async throws {
    let child = Mutex<pid_t>(0)
    let end = try await Subprocess.run(
      shell("sleep 1000 >/dev/null 2>&1 & echo $!"), timeLimit: .seconds(60)
    ) { line in child.withLock { $0 = pid_t(line) ?? 0 } }
    #expect(end.isSuccess)
    let process = child.withLock { $0 }
    #expect(process > 0)
    try await eventually { !self.isAlive(process) }
  }

  @Test("A program that takes too long, or falls silent, is ended")
  func limits() async throws {
    let slow = try await Subprocess.run(shell("while :; do echo x; sleep 0.05; done"), timeLimit: .milliseconds(400))
    #expect(slow.cause == .timedOut)
    let silent = try await Subprocess.run(
      shell("sleep 1000"), timeLimit: .seconds(600), silenceLimit: .milliseconds(300))
    #expect(silent.cause == .timedOut)
  }

  @Test("No descriptor of ours is open in a program")
  func descriptors() async throws {
    let file = open("/dev/null", O_RDONLY)
    defer { close(file) }
    let lines = Mutex<[String]>([])
    _ = try await Subprocess.run(shell("ls /proc/$$/fd"), timeLimit: .seconds(60)) { line in
      lines.withLock { $0.append(String(line)) }
    }
    // 0, 1, 2, and at most what the shell and ls open themselves.
    #expect(!lines.withLock { $0 }.contains("\(file)"))
  }
}
