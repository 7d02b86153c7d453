import ClientKit
import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

@Suite("The studio's calls")
struct StudioRoutesTests {
  private func problem(_ body: () async throws -> some Sendable) async -> Problem? {
    do {
      _ = try await body()
      return nil
    } catch {
      return error as? Problem
    }
  }

  @Test("An upload is stored under a random name, with its length and hash")
  func upload() async throws {
    try await Studio.open { studio in
      let response = try await studio.upload(Array("abc".utf8), name: "../../../etc/cron.d/x")
      #expect(response.status == 201)
      let upload = try JSON.decode(Upload.self, from: response.body)
      #expect(upload.bytes == 3)
      #expect(upload.sha256 == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
      let files = try FileManager.default.contentsOfDirectory(atPath: "\(studio.home)/encoding/uploads")
      #expect(files.count == 1 && files.allSatisfy { $0.hasSuffix(".film") && !$0.contains("cron") })
    }
  }

  @Test("A large upload arrives whole")
  func large() async throws {
    try await Studio.open { studio in
      let bytes = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
      let response = try await studio.upload(bytes)
      let upload = try JSON.decode(Upload.self, from: response.body)
      #expect(upload.bytes == bytes.count)
      let folder = "\(studio.home)/encoding/uploads"
      let file = try #require(try FileManager.default.contentsOfDirectory(atPath: folder).first)
      #expect(FileManager.default.contents(atPath: "\(folder)/\(file)").map { Array($0) == bytes } == true)
    }
  }

  @Test("Too large, empty, of another type, or with no space left: each its own status, and no file stays")
  func refusedUploads() async throws {
    try await Studio.open(["ENCODING_UPLOAD_LIMIT_BYTES": "1000"]) { studio in
      let statuses = [
        try await studio.upload([UInt8](repeating: 1, count: 1001)).status,
        try await studio.upload([]).status,
        try await studio.upload([1], type: "application/json").status,
        try await studio.upload([1], name: String(repeating: "x", count: 201)).status,
      ]
      #expect(statuses == [413, 400, 415, 422])
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(studio.home)/encoding/uploads").isEmpty)
    }
    try await Studio.open(["ENCODING_RESERVE_BYTES": "\(1 << 50)"]) { studio in
      let response = try await studio.upload([1, 2, 3])
      #expect(response.status == 507)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(studio.home)/encoding/uploads").isEmpty)
    }
  }

  @Test("An upload sent twice under one key is stored once; other bytes under it are refused")
  func idempotentUpload() async throws {
    try await Studio.open { studio in
      let first = try await studio.upload([1, 2, 3], key: "k")
      let second = try await studio.upload([1, 2, 3], key: "k")
      #expect(first.status == 201 && second.status == 201 && first.body == second.body)
      #expect(try await studio.upload([4], key: "k").status == 422)
      #expect(try FileManager.default.contentsOfDirectory(atPath: "\(studio.home)/encoding/uploads").count == 1)
    }
  }

  @Test("A job asked for twice under one key is one job")
  func idempotentJob() async throws {
    try await Studio.open { studio in
      let upload = try JSON.decode(Upload.self, from: try await studio.upload([1, 2, 3]).body)
      let first = try await studio.createJob(JobSource(uploadId: upload.id), key: "k")
      let second = try await studio.createJob(JobSource(uploadId: upload.id), key: "k")
      #expect(first.id == second.id)
      let other = await problem {
        try await studio.createJob(JobSource(uploadId: upload.id), title: TitleID(seed: "o"), key: "k")
      }
      #expect(other?.status == 422)
      let page = try await studio.encoding.transport.call(EncodingEndpoints.jobs, JobsQuery(), in: studio.context())
      #expect(page.items.map(\.id) == [first.id])
    }
  }

  @Test("Only operators may do this")
  func operators() async throws {
    try await Studio.open { studio in
      let viewer = CallContext.test(Principal(role: .viewer, account: AccountID(seed: "v")))
      let transport = studio.encoding.transport
      let list = await problem { try await transport.call(EncodingEndpoints.jobs, JobsQuery(), in: viewer) }
      #expect(list?.status == 403)
      let request = TransportRequest(method: .post, target: "/v1/studio/uploads", body: [1], context: viewer)
      let sent = try await transport.send(request)
      #expect(sent.status == 403)
      let asked = LeaseRequest(encoder: "x", waitSeconds: 0)
      let lease = await problem { try await transport.call(EncodingEndpoints.lease, body: asked, in: studio.context()) }
      #expect(lease?.status == 403)
    }
  }

  @Test("Jobs are paged, newest first, and an unknown one is 404")
  func pages() async throws {
    try await Studio.open { studio in
      let upload = try JSON.decode(Upload.self, from: try await studio.upload([1, 2, 3]).body)
      var ids: [JobID] = []
      for _ in 0..<5 { ids.append(try await studio.createJob(JobSource(uploadId: upload.id)).id) }
      var seen: [JobID] = []
      var cursor: String?
      repeat {
        let page = try await studio.encoding.transport.call(
          EncodingEndpoints.jobs, JobsQuery(limit: 2, cursor: cursor), in: studio.context())
        seen += page.items.map(\.id)
        cursor = page.next
      } while cursor != nil
      #expect(Set(seen) == Set(ids) && seen == seen.sorted(by: >))
      let missing = await problem { try await studio.job(JobID(seed: "none")) }
      #expect(missing?.status == 404)
      let bad = await problem {
        try await studio.encoding.transport.call(EncodingEndpoints.jobs, JobsQuery(limit: 1000), in: studio.context())
      }
      #expect(bad?.status == 422)
    }
  }

  @Test("A source by path must be a regular file under a source folder, links followed")
  func paths() async throws {
    try await Studio.open { studio in
      let sources = "\(studio.home)/sources"
      try FolderMediaStore.makeFolders("\(sources)/inner")
      try TextFile.write("film", to: "\(sources)/inner/film.mp4")
      try TextFile.write("other", to: "\(studio.home)/outside.mp4")
      try FileManager.default.createSymbolicLink(
        atPath: "\(sources)/escape.mp4", withDestinationPath: "\(studio.home)/outside.mp4")
      try FileManager.default.createSymbolicLink(atPath: "\(sources)/way-out", withDestinationPath: studio.home)
      #expect(mkfifo("\(sources)/pipe.mp4", 0o600) == 0)
      let job = try await studio.createJob(JobSource(path: "\(sources)/inner/film.mp4"))
      #expect(job.sourceName == "film.mp4" && job.state == .queued)
      for path in [
        "\(sources)/../outside.mp4", "\(sources)/inner/../../outside.mp4", "\(sources)/escape.mp4",
        "\(sources)/way-out/outside.mp4", "\(sources)/inner", "\(sources)/pipe.mp4", "\(sources)/none.mp4",
        "/etc/passwd", "sources/inner/film.mp4", "", "\(studio.home)/sources-too/x",
      ] {
        let refused = await problem { try await studio.createJob(JobSource(path: path)) }
        #expect(refused?.status == 422 && refused?.errors?.first?.field == "source.path", "\(path)")
      }
    }
  }

  @Test("Unknown titles and uploads, and sources named twice or not at all, are refused by field")
  func fields() async throws {
    try await Studio.open { studio in
      let upload = try JSON.decode(Upload.self, from: try await studio.upload([1, 2, 3]).body)
      let cases: [(JobSource, TitleID, String)] = [
        (JobSource(uploadId: upload.id), Studio.unknownTitle, "titleId"),
        (JobSource(uploadId: UploadID(seed: "none")), TitleID(seed: "t"), "source.uploadId"),
        (JobSource(), TitleID(seed: "t"), "source"),
        (JobSource(uploadId: upload.id, path: "/x"), TitleID(seed: "t"), "source"),
      ]
      for (source, title, field) in cases {
        let refused = await problem { try await studio.createJob(source, title: title) }
        #expect(refused?.status == 422 && refused?.errors?.first?.field == field)
      }
    }
  }

  @Test("Over HTTP a task is leased, kept and reported once; a stranger's token is refused")
  func leases() async throws {
    try await Studio.open { studio in
      let transport = studio.encoding.transport
      let encoder = CallContext.service("encoder", within: .seconds(60))
      func lease(_ name: String, wait: Int = 0) async throws -> TaskLease? {
        try await transport.call(
          EncodingEndpoints.lease, body: LeaseRequest(encoder: name, waitSeconds: wait), in: encoder
        ).lease
      }
      let none = try await lease("one")
      #expect(none == nil)

      // One who waits is woken by the job.
      async let waiting = lease("one", wait: 20)
      let upload = try JSON.decode(Upload.self, from: try await studio.upload([1, 2, 3]).body)
      let job = try await studio.createJob(JobSource(uploadId: upload.id))
      let begun = ContinuousClock.now
      let held = try #require(try await waiting)
      #expect(held.job == job.id && held.work.kind == .probe)
      #expect(ContinuousClock.now - begun < .seconds(15))

      let path = TaskPath(task: held.task)
      let kept = try await transport.call(
        EncodingEndpoints.heartbeat, path, body: TaskHeartbeat(token: held.token, progress: 0.5), in: encoder)
      #expect(!kept.isCancelled)
      let stranger = await problem {
        try await transport.call(
          EncodingEndpoints.heartbeat, path, body: TaskHeartbeat(token: held.token + 1, progress: 0.5), in: encoder)
      }
      #expect(stranger?.status == 409)
      let report = TaskReport(token: held.token, outcome: .permanentFailure, reason: "The file is text, not a film.")
      _ = try await transport.call(EncodingEndpoints.report, path, body: report, in: encoder)
      let again = await problem { try await transport.call(EncodingEndpoints.report, path, body: report, in: encoder) }
      #expect(again?.status == 409)
      let ended = try await studio.job(job.id)
      #expect(ended.state == .failed && ended.failureReason == "The file is text, not a film.")
    }
  }
}
