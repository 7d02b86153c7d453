import Contract
import EncodingAPI
import Foundation
import SecurityKit
import TestKit
import Testing

@testable import EncodingService

@Suite("tus 1.0")
struct TusTests {
  private let film = (0..<300_000).map { UInt8(truncatingIfNeeded: ($0 &* 31) >> 3) }

  private func sha256(_ bytes: [UInt8]) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finishAsText()
  }

  private func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

  private func sha1(_ bytes: [UInt8]) -> String {
    var hash = SHA1()
    bytes.withUnsafeBytes { hash.update($0) }
    return "sha1 \(base64(hash.finish()))"
  }

  @Test("OPTIONS says what is spoken, to anyone")
  func options() async throws {
    try await Studio.open(["ENCODING_UPLOAD_LIMIT_BYTES": "12345"]) { studio in
      let answer = try await studio.tus(.options, "/v1/studio/uploads", version: nil, as: .anonymous)
      #expect(answer.status == 204)
      #expect(answer.header("tus-version") == "1.0.0" && answer.header("tus-max-size") == "12345")
      #expect(answer.header("tus-checksum-algorithm") == "sha1,sha256")
      let extensions = Set((answer.header("tus-extension") ?? "").split(separator: ",").map(String.init))
      #expect(
        extensions
          == [
            "creation", "creation-with-upload", "creation-defer-length", "checksum", "expiration", "termination",
          ])
    }
  }

  @Test("A film comes in pieces, is shown as it comes, and is in the end what was sent")
  func pieces() async throws {
    try await Studio.open { studio in
      let name = base64(Array("../\u{1F3AC} Film\n.mp4".utf8))
      let address = try await studio.begin(film.count, [("upload-metadata", "filename \(name),is_confidential")])
      #expect(address.hasPrefix("/v1/studio/uploads/upl_"))
      let before = try await studio.shown(address)
      #expect(before.state == .receiving && before.bytes == film.count && before.offsetBytes == 0)
      #expect(before.sha256 == nil && before.name == "../\u{1F3AC} Film.mp4" && before.expiresAt != nil)
      let early = await #expect(throws: Problem.self) { try await studio.createJob(JobSource(uploadId: before.id)) }
      #expect(early?.status == 422 && early?.errors?.first?.field == "source.uploadId")

      var offset = 0
      for size in [1, 99_999, 0, 150_000, 50_000] {
        let answer = try await studio.patch(address, at: offset, Array(film[offset..<offset + size]))
        #expect(answer.status == 204 && answer.header("upload-offset") == "\(offset + size)")
        offset += size
        #expect((answer.header("upload-expires") == nil) == (offset == film.count))
        let head = try await studio.tus(.head, address)
        #expect(head.header("upload-offset") == "\(offset)" && head.header("upload-length") == "\(film.count)")
        #expect(head.header("cache-control") == "no-store" && head.header("tus-resumable") == "1.0.0")
        #expect(head.header("upload-metadata") == "filename \(name),is_confidential")
      }
      let whole = try await studio.shown(address)
      #expect(whole.state == .complete && whole.sha256 == sha256(film) && whole.offsetBytes == film.count)
      #expect(studio.uploadFiles.count == 1)
      #expect(FileManager.default.contents(atPath: studio.uploadFiles[0]).map { Array($0) } == film)
      #expect(try await studio.createJob(JobSource(uploadId: whole.id)).sourceName == "../\u{1F3AC} Film.mp4")
      // The last answer was lost: sent again, it is the same.
      #expect(try await studio.patch(address, at: film.count, []).status == 204)
      #expect(try await studio.patch(address, at: film.count, [1]).status == 413)
    }
  }

  @Test("An upload may begin with its first bytes, or with all of them, and its length be said later")
  func creationWithUpload() async throws {
    try await Studio.open { studio in
      let some = try await studio.tus(
        .post, "/v1/studio/uploads", Studio.offsetStream + [("upload-length", "10")], body: Array(film.prefix(4)))
      #expect(some.status == 201 && some.header("upload-offset") == "4" && some.header("upload-expires") != nil)
      let all = try await studio.tus(
        .post, "/v1/studio/uploads", Studio.offsetStream + [("upload-length", "10")], body: Array(film.prefix(10)))
      #expect(all.status == 201 && all.header("upload-offset") == "10")
      #expect(try await studio.shown(try #require(all.header("location"))).sha256 == sha256(Array(film.prefix(10))))

      let made = try await studio.tus(.post, "/v1/studio/uploads", [("upload-defer-length", "1")])
      let address = try #require(made.header("location"))
      #expect(try await studio.tus(.head, address).header("upload-defer-length") == "1")
      #expect(try await studio.patch(address, at: 0, Array(film.prefix(6))).status == 204)
      let last = try await studio.patch(address, at: 6, Array(film[6..<8]), [("upload-length", "8")])
      #expect(last.status == 204)
      #expect(try await studio.shown(address).sha256 == sha256(Array(film.prefix(8))))
    }
  }

  @Test("Bytes that are not what their checksum says are 460, and none of them is kept")
  func checksums() async throws {
    try await Studio.open { studio in
      let address = try await studio.begin(film.count)
      let (first, second) = (Array(film.prefix(100_000)), Array(film.dropFirst(100_000)))
      #expect(try await studio.patch(address, at: 0, first, [("upload-checksum", sha1(first))]).status == 204)
      var damaged = second
      damaged[77_777] ^= 1
      for sum in [sha1(second), "sha256 \(base64(hash(second)))"] {
        let refused = try await studio.patch(address, at: 100_000, damaged, [("upload-checksum", sum)])
        #expect(refused.status == 460 && refused.header("tus-resumable") == "1.0.0")
        #expect(try await studio.offset(of: address) == 100_000)
        #expect(studio.uploadSizes == [100_000])
      }
      for bad in ["md5 \(base64([1]))", "sha1", "sha1 ***", "sha1 \(base64([1, 2, 3]))"] {
        #expect(try await studio.patch(address, at: 100_000, second, [("upload-checksum", bad)]).status == 400)
      }
      let last = try await studio.patch(
        address, at: 100_000, second, [("upload-checksum", "sha256 \(base64(hash(second)))")])
      #expect(last.status == 204)
      #expect(try await studio.shown(address).sha256 == sha256(film))
    }
  }

  private func hash(_ bytes: [UInt8]) -> [UInt8] {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finish()
  }

  @Test("What breaks the protocol is refused with its status, says the version, and changes nothing")
  func refusals() async throws {
    try await Studio.open(["ENCODING_UPLOAD_LIMIT_BYTES": "1000"]) { studio in
      let address = try await studio.begin(100)
      #expect(try await studio.patch(address, at: 0, Array(film.prefix(10))).status == 204)
      let unknown = "/v1/studio/uploads/\(UploadID(seed: "none"))"
      let stream = Studio.offsetStream
      let new = "/v1/studio/uploads"
      let cases: [(TransportResponse, Int)] = [
        (try await studio.patch(address, at: 9, [1]), 409), (try await studio.patch(address, at: 11, [1]), 409),
        (try await studio.tus(.patch, address, [("upload-offset", "10")], body: [1]), 415),
        (try await studio.tus(.patch, address, stream, body: [1]), 400),
        (try await studio.tus(.patch, address, stream + [("upload-offset", "-1")], body: [1]), 400),
        (try await studio.tus(.patch, address, stream + [("upload-offset", "10")], body: [1], version: "0.2.2"), 412),
        (try await studio.tus(.patch, address, stream + [("upload-offset", "10")], body: [1], version: nil), 412),
        (try await studio.patch(address, at: 10, [UInt8](repeating: 1, count: 91)), 413),
        (try await studio.patch(address, at: 10, [1], [("upload-length", "99")]), 400),
        (try await studio.patch(unknown, at: 0, [1]), 404), (try await studio.patch(new + "/x", at: 0, [1]), 422),
        (try await studio.tus(.post, new), 400), (try await studio.tus(.post, new, [("upload-length", "0")]), 400),
        (try await studio.tus(.post, new, [("upload-length", "1e3")]), 400),
        (try await studio.tus(.post, new, [("upload-length", "1001")]), 413),
        (try await studio.tus(.post, new, [("upload-length", "9"), ("upload-defer-length", "1")]), 400),
        (try await studio.tus(.post, new, [("upload-length", "9"), ("upload-metadata", "filename ###")]), 400),
        (try await studio.tus(.post, new, [("upload-length", "9"), ("upload-concat", "partial")]), 400),
        (try await studio.tus(.post, new, [("upload-length", "9")], version: "2.0.0"), 412),
      ]
      for (index, (answer, status)) in cases.enumerated() {
        #expect(answer.status == status, "\(index): \(answer.problem)")
        #expect(answer.header("tus-resumable") == "1.0.0", "\(index)")
        #expect((answer.header("tus-version") == "1.0.0") == (status == 412), "\(index)")
      }
      #expect(try await studio.offset(of: address) == 10 && studio.uploadFiles.count == 1)
      #expect(try await studio.offset(of: unknown) == nil)
    }
  }

  @Test("Only operators may do any of it")
  func operators() async throws {
    try await Studio.open { studio in
      let address = try await studio.begin(10)
      for principal in [Principal(role: .viewer, account: AccountID(seed: "v")), .anonymous] {
        for method in [Contract.HTTPMethod.get, .head, .patch, .delete, .post] {
          #expect([401, 403].contains(try await studio.tus(method, address, as: principal).status), "\(method)")
        }
        for method in [Contract.HTTPMethod.get, .post] {
          let answer = try await studio.tus(method, "/v1/studio/uploads", [("upload-length", "9")], as: principal)
          #expect([401, 403].contains(answer.status))
        }
      }
      #expect(studio.uploadFiles.count == 1)
    }
  }

  @Test("PATCH, HEAD and DELETE may come in the clothes of a POST")
  func overridden() async throws {
    try await Studio.open { studio in
      let address = try await studio.begin(4)
      let headers = Studio.offsetStream + [("upload-offset", "0"), ("x-http-method-override", "PATCH")]
      #expect(try await studio.tus(.post, address, headers, body: [1, 2]).status == 204)
      let head = try await studio.tus(.post, address, [("x-http-method-override", "HEAD")])
      #expect(head.status == 200 && head.header("upload-offset") == "2")
      #expect(try await studio.tus(.post, address, [("x-http-method-override", "PUT")]).status == 400)
      #expect(try await studio.tus(.post, address, [("x-http-method-override", "DELETE")]).status == 204)
      #expect(try await studio.offset(of: address) == nil && studio.uploadFiles.isEmpty)
    }
  }
}
