import ClientKit
import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService

@Suite("Films for encoders elsewhere")
struct SourceRoutesTests {
  private func get(
    _ studio: Studio, _ lease: TaskLease, token: Int? = nil, fingerprint: String? = nil, range: String? = nil,
    as principal: Principal = .service("encoder")
  ) async throws -> TransportResponse {
    let parameters = TaskSourcePath(
      task: lease.task, fingerprint: fingerprint ?? lease.work.source.fingerprint, token: token ?? lease.token)
    return try await studio.encoding.transport.send(
      TransportRequest(
        method: .get, target: EncodingEndpoints.source.path.expand(try ParameterEncoder.encode(parameters)),
        headers: range.map { [("range", $0)] } ?? [], context: .test(principal)))
  }

  private func lease(_ studio: Studio) async throws -> TaskLease {
    let answer = try await studio.encoding.transport.call(
      EncodingEndpoints.lease, body: LeaseRequest(encoder: "one", waitSeconds: 5),
      in: .service("encoder", within: .seconds(60)))
    return try #require(answer.lease)
  }

  @Test("Whoever holds a task reads its film, whole or from where it left off, and nobody else")
  func reading() async throws {
    try await Studio.open { studio in
      let film = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
      let upload = try JSON.decode(Upload.self, from: try await studio.upload(film).body)
      _ = try await studio.createJob(JobSource(uploadId: upload.id))
      let held = try await lease(studio)
      #expect(held.work.source.bytes == film.count)
      let whole = try await get(studio, held)
      #expect(whole.status == 200 && whole.body == film)
      let rest = try await get(studio, held, range: "bytes=699990-")
      #expect(rest.status == 206 && rest.body == Array(film.suffix(10)))
      #expect(rest.header("content-range") == "bytes 699990-699999/700000")
      #expect(try await get(studio, held, range: "bytes=700001-").status == 416)
      #expect(try await get(studio, held, range: "bytes=5-9").status == 400)
      #expect(try await get(studio, held, token: held.token + 1).status == 409)
      #expect(try await get(studio, held, fingerprint: "..%2f..%2fetc%2fpasswd").status == 404)
      #expect(try await get(studio, held, as: Studio.operatorContext).status == 403)
    }
  }

  @Test("A film by path that has changed or gone since its job was made is 410")
  func gone() async throws {
    try await Studio.open { studio in
      let sources = "\(studio.home)/sources"
      try FolderMediaStore.makeFolders(sources)
      try TextFile.write("film", to: "\(sources)/film.mp4")
      _ = try await studio.createJob(JobSource(path: "\(sources)/film.mp4"))
      let held = try await lease(studio)
      #expect(try await get(studio, held).body == Array("film".utf8))
      try TextFile.write("another film", to: "\(sources)/film.mp4")
      #expect(try await get(studio, held).status == 410)
      try FileManager.default.removeItem(atPath: "\(sources)/film.mp4")
      #expect(try await get(studio, held).status == 410)
    }
  }
}
