import ConfigKit
import EncodingAPI
import Foundation
import Synchronization
import TestKit
import Testing

@testable import EncoderService

@Suite("The sandbox")
struct SandboxTests {
  private func sandbox(_ home: String, settings: [String: String] = [:]) async throws -> Sandbox {
    let environment = Dictionary(uniqueKeysWithValues: settings.map { (SettingsReader.prefix + $0.key, $0.value) })
    return try await Sandbox(EncoderSettings(SettingsReader(environment: environment), home: home), tools: [])
  }

  /// What a shell inside says, and whether it ended well.
  private func say(
    _ script: String, in sandbox: Sandbox, folders: WorkFolders = WorkFolders(), secret: Secret? = nil
  ) async throws -> (said: String, isSuccess: Bool) {
    let lines = Mutex<[String]>([])
    let end = try await Subprocess.run(
      sandbox.command("/bin/sh", ["-c", script], folders: folders, secret: secret), timeLimit: .seconds(60)
    ) { line in lines.withLock { $0.append(String(line)) } }
    return (lines.withLock { $0.joined(separator: "\n") }, end.isSuccess)
  }

  @Test("Nothing can be written but the output folder, not even memory")
  func writing() async throws {
    try await withTemporaryFolder("sandbox") { home in
      let sandbox = try await sandbox(home)
      let folders = WorkFolders(staging: home, output: home)
      #expect(try await say("echo x > file && cat /staging/file", in: sandbox, folders: folders).said == "x")
      for path in ["/staging/new", "/new", "/usr/new", "/dev/new", "/dev/shm/new", "/tmp/new"] {
        #expect(try await !say("echo x > \(path)", in: sandbox, folders: folders).isSuccess, "\(path)")
      }
      #expect(try await say("echo x > /dev/null && head -c 2 /dev/urandom | wc -c", in: sandbox).said == "2")
    }
  }

  @Test("No network, no other process, no environment, no file of the machine's, and no namespace within")
  func walls() async throws {
    try await withTemporaryFolder("sandbox") { home in
      let sandbox = try await sandbox(home)
      #expect(try await say("echo $$", in: sandbox).said == "2")
      #expect(try await say("env | grep -v ^PWD= | grep -v ^_=", in: sandbox).said == "LC_ALL=C")
      for path in [home, "/etc/passwd", "/root", "/proc/self", "/sys", "/var", "/run"] {
        #expect(try await !say("ls -d \(path)", in: sandbox).isSuccess, "\(path)")
      }
      for attempt in [
        "unshare --user true", "unshare --mount true", "mount -t tmpfs x /dev", "chroot / true",
        "exec 3<>/dev/tcp/127.0.0.1/1", "kill -0 3",
      ] {
        #expect(try await !say(attempt, in: sandbox).isSuccess, "\(attempt)")
      }
    }
  }

  @Test("What a tool cost is the tool's own account, not that of the walls around it", arguments: ["required", "off"])
  func usage(sandboxing: String) async throws {
    try await withTemporaryFolder("sandbox") { home in
      let sandbox = try await sandbox(home, settings: ["ENCODER_SANDBOX": sandboxing])
      let film = ["-nostdin", "-v", "error", "-f", "lavfi", "-i", "testsrc2=size=640x360:duration=4", "-f", "null", "-"]
      let end = try await Subprocess.run(
        sandbox.command("/usr/bin/ffmpeg", film, folders: WorkFolders()), timeLimit: .seconds(60))
      #expect(end.isSuccess)
      // The walls alone: some 10 MiB and 5 ms.
      #expect(end.usage.cpuSeconds > 0.03)
      #expect(end.usage.peakMemoryBytes > 24 << 20)
    }
  }

  @Test("The kernel refuses what no tool of ours needs, and nothing that they do")
  func systemCalls() async throws {
    try await withTemporaryFolder("sandbox") { home in
      let sandbox = try await sandbox(home)
      func isRefused(_ call: String) async throws -> Bool {
        let script = """
          import ctypes, errno, socket, sys
          libc = ctypes.CDLL(None, use_errno=True)
          \(call)
          """
        let python = "/usr/bin/python3 -I -c '\(script)'"
        return try await say(python, in: sandbox).isSuccess
      }
      for family in ["AF_INET", "AF_UNIX", "AF_ALG", "AF_VSOCK", "AF_NETLINK"] {
        let attempt = """
          try: socket.socket(socket.\(family), socket.SOCK_RAW if "NET" in "\(family)"[3:] else socket.SOCK_STREAM)
          except PermissionError: sys.exit(0)
          sys.exit(1)
          """
        #expect(try await isRefused(attempt), "\(family)")
      }
      for call in ["ptrace", "unshare", "setns", "mount"] {
        #expect(
          try await isRefused("libc.\(call)(0, 0, 0, 0, 0); sys.exit(ctypes.get_errno() != errno.EPERM)"), "\(call)")
      }
      let encoding = "ffmpeg -v error -f lavfi -i testsrc2=d=1:s=64x64 -c:v libx264 -threads 2 -f null -"
      #expect(try await say(encoding, in: sandbox).isSuccess)
    }
  }

  @Test("What is told in confidence is a file there, and in no argument", arguments: ["required", "off"])
  func secrets(sandboxing: String) async throws {
    try await withTemporaryFolder("sandbox") { home in
      let sandbox = try await sandbox(home, settings: ["ENCODER_SANDBOX": sandboxing])
      let secret = Secret(Array("in confidence".utf8))
      let told = try await say("cat \(sandbox.secretPath)", in: sandbox, secret: secret)
      #expect(told.said == "in confidence" && told.isSuccess)
      let command = sandbox.command("/bin/true", [], folders: WorkFolders(), secret: secret)
      #expect(!command.arguments.joined().contains("in confidence"))
      let long = Secret([UInt8](repeating: 0, count: Subprocess.inputLimitBytes + 1))
      await #expect(throws: SubprocessError.self) { _ = try await say("true", in: sandbox, secret: long) }
    }
  }
}
