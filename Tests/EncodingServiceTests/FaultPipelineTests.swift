import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

extension FilmTests {
  @Suite("Faults while a film is encoded")
  struct FaultPipelineTests {
    /// An ffmpeg that may die of a signal before it does anything; asked for its version and encoders it never does.
    private func ffmpeg(in folder: String, dyingIf condition: String) throws -> String {
      let path = "\(folder)/ffmpeg-that-dies"
      try TextFile.write(
        """
        #!/bin/sh
        [ "$1" = -version ] || [ "$2" = -encoders ] || { \(condition) && kill -SEGV $$; }
        exec /usr/bin/ffmpeg "$@"

        """, to: path)
      try #require(chmod(path, 0o755) == 0)
      return path
    }

    @Test("An ffmpeg that crashes now and then costs attempts, not the film")
    func crashesNowAndThen() async throws {
      // Some tasks start it several times, and begin again with the first.
      let settings = ["ENCODING_MAXIMUM_ATTEMPTS": "40", "ENCODING_MAXIMUM_BACKOFF_SECONDS": "0.2"]
      try await Studio.open(settings) { studio in
        let film = "\(studio.home)/film.mp4"
        // Ten chunks: that none of so many starts is met has a chance of less than one in a thousand.
        try await Footage.film(film, seconds: 20, size: "160x90")
        let dying = try ffmpeg(in: studio.home, dyingIf: "[ $(($(od -An -N1 -tu1 /dev/urandom) % 3)) = 0 ]")
        let encoder = try await studio.startEncoder(settings: ["ENCODER_FFMPEG": dying])
        let job = try await studio.end(of: studio.createJob(JobSource(uploadId: studio.uploaded(film).id)).id)
        try await encoder.stop()
        #expect(job.failureReason == nil)
        #expect(job.state == .succeeded)
        #expect(job.tasks?.contains { $0.attempts > 1 } == true)
      }
    }

    @Test("An ffmpeg that always crashes fails the job, named as what happened, after its attempts")
    func crashesAlways() async throws {
      try await Studio.open(["ENCODING_MAXIMUM_ATTEMPTS": "3"]) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 3, size: "160x90", sound: false)
        let dying = try ffmpeg(in: studio.home, dyingIf: "true")
        let encoder = try await studio.startEncoder(settings: ["ENCODER_FFMPEG": dying])
        let job = try await studio.end(of: studio.createJob(JobSource(uploadId: studio.uploaded(film).id)).id)
        #expect(job.state == .failed)
        let reason = try #require(job.failureReason)
        #expect(reason.contains("ffmpeg ended") && reason.contains("signal: 11") && reason.contains("3 attempts"))
        try await eventually { studio.staged.isEmpty }
        #expect(studio.published.isEmpty)
        try await encoder.stop()
      }
    }

    @Test("A chunk cut or changed behind our back is found by its hash and encoded again", arguments: [true, false])
    func damagedChunk(isCut: Bool) async throws {
      try await Studio.open(["ENCODING_PRESET": "slow"]) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 8, size: "480x270", sound: false)
        try await studio.withEncoder { encoder in
          let id = try await studio.createJob(JobSource(uploadId: studio.uploaded(film).id)).id
          try await eventually(within: .seconds(60)) {
            try await studio.job(id).tasks?.contains { $0.kind == .encode && $0.state == .succeeded } == true
          }
          let staging = "\(studio.home)/media/\(MediaPrefix.staging(id))"
          let chunk = try #require(
            try FileManager.default.contentsOfDirectory(atPath: staging).first { $0.hasPrefix("encode-0-") })
          let file = "\(staging)/\(chunk)/270p.mp4"
          let bytes = try #require(TextFile.size(file))
          if isCut {
            try #require(truncate(file, bytes / 2) == 0)
          } else {
            let handle = try FileHandle(forUpdating: URL(filePath: file))
            try handle.seek(toOffset: UInt64(bytes / 2))
            try handle.write(contentsOf: Data([1, 2, 3, 4, 5, 6, 7, 8]))
            try handle.close()
          }
          let job = try await studio.end(of: id)
          #expect(job.failureReason == nil, "\(encoder.log.lines.suffix(5))")
          let again = job.tasks?.filter { $0.attempts > 1 }.map { "\($0.kind) \($0.ordinal)" }
          #expect(again == ["encode 0"])
          let asset = "\(studio.home)/media/\(try #require(job.assetId))"
          #expect(try await Footage.pictures("\(asset)/video/270p/playlist.m3u8").count == 200)
        }
      }
    }

    @Test("After a full disk more room is waited for, or some time")
    func room() {
      let now = ContinuousClock.now
      var room = RoomWatch(reserveBytes: 1000)
      #expect(room.suffices(freeBytes: 1000) && !room.suffices(freeBytes: 999))
      room.note(hadRoom: false, freeBytes: 5000, at: now)
      #expect(!room.suffices(freeBytes: 5000 + RoomWatch.moreBytes - 1, at: now))
      #expect(room.suffices(freeBytes: 5000 + RoomWatch.moreBytes, at: now))
      #expect(room.suffices(freeBytes: 5000, at: now + RoomWatch.patience))
      room.note(hadRoom: true, freeBytes: 5000, at: now)
      #expect(room.suffices(freeBytes: 1000, at: now))
    }
  }
}
