import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// What happens to encoders as processes, and to the disk under them.
  @Suite struct EncoderFaultTests {
    /// A film takes seconds to encode, leases are short, and what nobody needs is collected at once.
    private static let settings = [
      "MATINEE_ENCODING_PRESET": "slower", "MATINEE_ENCODING_LEASE_SECONDS": "2",
      "MATINEE_ENCODING_CHUNK_SECONDS": "8", "MATINEE_ENCODER_SWEEP_INTERVAL_SECONDS": "0.5",
      "MATINEE_ENCODER_RESERVE_BYTES": "0",
    ]

    private func tasks(_ film: Film, _ studio: PublicClient, _ kind: String) async throws -> [JSONValue] {
      let job = try await studio.get("/v1/studio/jobs/\(film.job)").json
      return job["tasks"].items.filter { $0["kind"].text == kind }
    }

    /// Waits until an encoder of that name is in the middle of a chunk; answers the chunk's number.
    private func chunkAtWork(_ film: Film, _ studio: PublicClient, by encoder: String) async throws -> Double {
      var number: Double?
      try await eventually(within: .seconds(60)) {
        number = try await tasks(film, studio, "encode").first {
          $0["state"].text == "leased" && $0["encoder"].text == encoder && $0["progress"].number ?? 0 > 0.2
        }?["ordinal"].number
        return number != nil
      }
      return try #require(number)
    }

    /// Programs with a file below `folder` on their command line or as their working folder.
    private func programs(in folder: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { Int($0) != nil }.compactMap { process in
        guard let line = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") else { return nil }
        let text = String(decoding: line, as: UTF8.self)
        return text.contains("ffmpeg") && text.contains(folder) ? text : nil
      }
    }

    @Test(
      "An encoder killed in mid-chunk costs that chunk; another finishes, and no program is left",
      .timeLimit(.minutes(4)))
    func killed() async throws {
      let stack = try await RunningStack.start(
        environment: Self.settings.merging(["MATINEE_ENCODER_NAME": "first"]) { $1 })
      defer { stack.stop() }
      let studio = try await stack.studio()
      let footage = try await Footage.make(in: stack.home + "/sources", seconds: 24)
      let film = try await Film.submit(footage, named: "Killed", on: stack)
      let chunk = try await chunkAtWork(film, studio, by: "first")
      #expect(try !programs(in: stack.home).isEmpty)
      try await stack.kill("encoder")
      try await eventually(within: .seconds(5)) { try programs(in: stack.home).isEmpty }
      try await stack.launchEncoder(2)
      try await film.waitUntilDone(on: stack, within: .seconds(180))
      for task in try await tasks(film, studio, "encode") {
        #expect(task["attempts"].number == (task["ordinal"].number == chunk ? 2 : 1), "\(task)")
      }
      try await eventually { try staged(stack).isEmpty && published(stack).count == 1 }
    }

    @Test(
      "An encoder stopped beyond its lease comes back too late: refused, its draft collected, one film published",
      .timeLimit(.minutes(4)))
    func stopped() async throws {
      let stack = try await RunningStack.start(
        environment: Self.settings.merging(["MATINEE_ENCODER_NAME": "first"]) { $1 })
      defer { stack.stop() }
      let studio = try await stack.studio()
      let footage = try await Footage.make(in: stack.home + "/sources", seconds: 16)
      let film = try await Film.submit(footage, named: "Stopped", on: stack)
      _ = try await chunkAtWork(film, studio, by: "first")
      stack.signal("encoder", SIGSTOP)
      try await stack.launchEncoder(2)
      try await film.waitUntilDone(on: stack, within: .seconds(180))
      stack.signal("encoder", SIGCONT)
      try await eventually(within: .seconds(30)) {
        let log = stack.tail(of: "encoder", lines: 200)
        return log.contains("A result came too late") || log.contains("A lease was lost")
      }
      try await eventually(within: .seconds(30)) { try staged(stack).isEmpty && programs(in: stack.home).isEmpty }
      #expect(try published(stack).count == 1)
      #expect(try await studio.get("/v1/studio/jobs/\(film.job)").json["state"].text == "succeeded")
    }

    @Test(
      "With the media store's disk full a chunk is tried again, says why, and the film is done once there is room",
      .enabled(if: SmallDisk.isPermitted, "This machine does not permit mount namespaces."), .timeLimit(.minutes(4)))
    func fullDisk() async throws {
      let disk = "/encoder"
      let stack = try await RunningStack.start(
        environment: Self.settings.merging(["MATINEE_ENCODER_NAME": "first"]) { $1 },
        smallDisks: ["encoder": 64 << 20], settingHome: ["MATINEE_ENCODER_MEDIA_FOLDER": "\(disk)/media"])
      defer { stack.stop() }
      let studio = try await stack.studio()
      let footage = try await Footage.make(in: stack.home + "/sources", seconds: 16)
      let film = try await Film.submit(footage, named: "Cramped", on: stack)
      _ = try await chunkAtWork(film, studio, by: "first")
      let process = stack.pid(of: "encoder")
      let folder = try #require(stack.dataFolder(of: "encoder"))
      let ballast = try SmallDisk.fill(folder)
      try await eventually(within: .seconds(60)) {
        try await tasks(film, studio, "encode").contains {
          $0["state"].text == "ready" && $0["failureReason"].text?.contains("No space") == true
        }
      }
      // It asks for nothing while there is no room: attempts are not used up.
      #expect(try await studio.get("/v1/studio/jobs/\(film.job)").json["state"].text == "running")
      #expect(stack.pid(of: "encoder") == process)
      try FileManager.default.removeItem(atPath: ballast)
      try await film.waitUntilDone(on: stack, within: .seconds(120))
      #expect(stack.pid(of: "encoder") == process)
    }

    private func staged(_ stack: RunningStack) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: stack.home + "/media/.staging")
    }

    private func published(_ stack: RunningStack) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: stack.home + "/media").filter { $0.hasPrefix("ast_") }
    }
  }
}
