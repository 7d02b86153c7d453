import Contract
import EncodingAPI
import Foundation
import SecurityKit
import TestKit
import Testing

@testable import EncodingService

@Suite("The life of an upload")
struct UploadLifeTests {
  private let film = (0..<3_000_000).map { UInt8(truncatingIfNeeded: ($0 &* 37) >> 4) }

  private var sha256: String {
    var hash = SHA256()
    hash.update(film)
    return hash.finishAsText()
  }

  @Test("What had come when the connection broke is kept, and gone on from")
  func broken() async throws {
    try await Studio.open { studio in
      let address = try await studio.begin(film.count)
      do { _ = try await studio.beginPatch(address, at: 0, length: film.count, Array(film.prefix(1_000_000))) }
      // The connection is gone with its value; HEAD waits until what it brought is safe.
      var offset = 0
      try await eventually {
        offset = try #require(try await studio.offset(of: address))
        return offset > 0
      }
      #expect(offset <= 1_000_000)
      #expect(try await studio.patch(address, at: offset, Array(film[offset...])).status == 204)
      #expect(try await studio.shown(address).sha256 == sha256)
    }
  }

  @Test("Who asks for an upload that a dead connection still holds gets it at once, with all that had come")
  func takenOver() async throws {
    try await Studio.open { studio in
      let address = try await studio.begin(film.count)
      let dead = try await studio.beginPatch(address, at: 0, length: film.count, Array(film.prefix(500_000)))
      try await eventually {
        studio.uploadSizes == [500_000]
      }
      #expect(try await studio.offset(of: address) == 500_000)
      #expect(try await studio.patch(address, at: 500_000, Array(film[500_000...])).status == 204)
      #expect(try await studio.shown(address).sha256 == sha256)
      withExtendedLifetime(dead) {}
    }
  }

  @Test(
    "While a long request runs, what has come is on the disk and told of; under a checksum nothing is before its end")
  func settling() async throws {
    try await Studio.open { studio in
      let address = try await studio.begin(film.count)
      let slow = try await studio.beginPatch(address, at: 0, length: film.count, Array(film.prefix(100_000)))
      // Another byte every time we look: the second after which it is written down passes while bytes come.
      var sent = 100_000
      try await eventually {
        try await slow.send(Array(film[sent..<sent + 1]))
        sent += 1
        return try await studio.shown(address).offsetBytes >= 100_000
      }
      #expect(try await studio.shown(address).state == .receiving)
    }
  }

  @Test("After a crash the offset is what was acknowledged: bytes beyond it go, and the hash is that of the film")
  func restarted() async throws {
    try await withTemporaryFolder("uploads") { home in
      let keys = StackKeys.ephemeral()
      func start() async throws -> Studio {
        Studio(
          encoding: try await TestService.start(
            EncodingModule.self, settings: ["ENCODING_RESERVE_BYTES": "0"],
            upstreams: ["catalog": Studio.catalog, "bus": Studio.bus], home: home, keys: keys))
      }
      var studio = try await start()
      let address = try await studio.begin(film.count)
      let lost = try await studio.begin(10)
      #expect(try await studio.patch(address, at: 0, Array(film.prefix(1_234_567))).status == 204)
      #expect(try await studio.patch(lost, at: 0, [1, 2, 3]).status == 204)
      try await studio.encoding.stop()

      // What a kill leaves: bytes nobody acknowledged, a file without a row; and a disk that lost what it had synced.
      for file in studio.uploadFiles {
        let handle = try #require(FileHandle(forWritingAtPath: file))
        if try handle.seekToEnd() == 3 {
          try handle.truncate(atOffset: 2)
        } else {
          try handle.write(contentsOf: Data([UInt8](repeating: 9, count: 5000)))
        }
        try handle.close()
      }
      try Data([1]).write(to: URL(filePath: "\(home)/encoding/uploads/stray.film"))
      studio = try await start()
      #expect(studio.uploadFiles.count == 1)
      #expect(try await studio.offset(of: lost) == nil)
      #expect(try await studio.offset(of: address) == 1_234_567)
      #expect(try await studio.patch(address, at: 1_234_567, Array(film[1_234_567...])).status == 204)
      #expect(try await studio.shown(address).sha256 == sha256)
      #expect(FileManager.default.contents(atPath: studio.uploadFiles[0]).map { Array($0) } == film)
      try await studio.encoding.stop()
    }
  }

  @Test("An unfinished upload goes when nothing was added in its time; adding keeps it")
  func expiry() async throws {
    let settings = ["ENCODING_UPLOAD_EXPIRY_SECONDS": "2", "ENCODING_UPLOAD_SWEEP_SECONDS": "0.1"]
    try await Studio.open(settings) { studio in
      let left = try await studio.begin(10)
      let kept = try await studio.begin(1_000_000)
      var offset = 0
      try await eventually {
        #expect(try await studio.patch(kept, at: offset, [1]).status == 204)
        offset += 1
        return try await studio.offset(of: left) == nil
      }
      #expect(try await studio.patch(left, at: 0, [1]).status == 404)
      #expect(try await studio.offset(of: kept) == offset)
      try await eventually { studio.uploadFiles.isEmpty }
      #expect(try await studio.offset(of: kept) == nil)
    }
  }

  @Test("A whole upload stays while a job needs it, and goes some time after; one that no job was made of too")
  func keeping() async throws {
    let settings = ["ENCODING_UPLOAD_KEEP_SECONDS": "1", "ENCODING_UPLOAD_SWEEP_SECONDS": "0.1"]
    try await Studio.open(settings) { studio in
      let used = try JSON.decode(Upload.self, from: try await studio.upload([1, 2, 3]).body)
      let job = try await studio.createJob(JobSource(uploadId: used.id))
      let unused = try JSON.decode(Upload.self, from: try await studio.upload([4, 5]).body)
      let address = "/v1/studio/uploads/\(used.id)"
      try await eventually { try await studio.tus(.get, "/v1/studio/uploads/\(unused.id)", version: nil).status == 404 }
      #expect(try await studio.shown(address).expiresAt == nil)
      #expect(try await studio.tus(.delete, address).status == 409)
      _ = try await studio.encoding.transport.call(
        EncodingEndpoints.cancelJob, JobPath(job: job.id), in: studio.context())
      #expect(studio.uploadFiles.count == 1)
      try await eventually { studio.uploadFiles.isEmpty }
      // The job still says what it was made of, and no other can be.
      #expect(try await studio.job(job.id).source.uploadId == used.id)
      let again = await #expect(throws: Problem.self) { try await studio.createJob(JobSource(uploadId: used.id)) }
      #expect(again?.status == 422)
    }
  }

  @Test("Uploads are listed newest first, page by page, whole or not; ending one removes its file")
  func listing() async throws {
    try await Studio.open { studio in
      var addresses: [String] = []
      for index in 0..<3 {
        addresses.append(try await studio.begin(10 + index))
        _ = try await studio.upload([1, 2, 3])
      }
      var seen: [Upload] = []
      var cursor: String?
      repeat {
        let page = try await studio.encoding.transport.call(
          UploadEndpoints.list, PageQuery(limit: 4, cursor: cursor), in: studio.context())
        seen += page.items
        cursor = page.next
      } while cursor != nil
      #expect(seen.count == 6 && seen.map(\.id) == seen.map(\.id).sorted(by: >))
      #expect(seen.filter { $0.state == .complete && $0.bytes == 3 }.count == 3)
      #expect(studio.uploadFiles.count == 6)
      for upload in seen {
        #expect(try await studio.tus(.delete, "/v1/studio/uploads/\(upload.id)", version: nil).status == 204)
      }
      #expect(studio.uploadFiles.isEmpty)
      #expect(try await studio.tus(.delete, addresses[0]).status == 404)
    }
  }

  @Test("Begun twice under one key it is one upload, and another under that key is refused")
  func idempotent() async throws {
    try await Studio.open { studio in
      let first = try await studio.begin(10, key: "k")
      #expect(try await studio.begin(10, key: "k") == first)
      #expect(studio.uploadFiles.count == 1)
      let other = try await studio.tus(.post, "/v1/studio/uploads", [("upload-length", "11")], key: "k")
      #expect(other.status == 422)
    }
  }

  @Test("What would not fit, on the disk or in an operator's share, is refused before a byte of it")
  func room() async throws {
    try await Studio.open(["ENCODING_UPLOAD_QUOTA_BYTES": "1000"]) { studio in
      let address = try await studio.begin(600)
      let over = try await studio.tus(.post, "/v1/studio/uploads", [("upload-length", "401")])
      #expect(over.status == 429 && over.header("retry-after") != nil)
      #expect(try await studio.upload([UInt8](repeating: 1, count: 401)).status == 429)
      // Another's share is another's.
      let other = Principal(role: .operator, account: AccountID(seed: "other"))
      #expect(try await studio.tus(.post, "/v1/studio/uploads", [("upload-length", "401")], as: other).status == 201)
      let whole = try JSON.decode(Upload.self, from: try await studio.upload([UInt8](repeating: 1, count: 400)).body)
      #expect(try await studio.upload([1]).status == 429)
      // Used, it counts no more; nor does what is ended.
      _ = try await studio.createJob(JobSource(uploadId: whole.id))
      #expect(try await studio.upload([1]).status == 201)
      #expect(try await studio.tus(.delete, address).status == 204)
      #expect(try await studio.begin(900).isEmpty == false)
    }
    try await Studio.open(["ENCODING_RESERVE_BYTES": "\(1 << 50)"]) { studio in
      let refused = try await studio.tus(.post, "/v1/studio/uploads", [("upload-length", "9")])
      #expect(refused.status == 507)
      #expect(studio.uploadFiles.isEmpty)
    }
    // All that is free is promised to the first, so there is none for a second.
    let free = UploadSpace.freeBytes(of: FileManager.default.temporaryDirectory.path)
    try await Studio.open(["ENCODING_UPLOAD_QUOTA_BYTES": "\(1 << 50)"]) { studio in
      _ = try await studio.begin(min(free * 3 / 5, 50 << 30))
      guard free * 3 / 5 < 50 << 30 else { return }
      let second = try await studio.tus(.post, "/v1/studio/uploads", [("upload-length", "\(free * 3 / 5)")])
      #expect(second.status == 507)
    }
  }
}
