import ClientKit
import Contract
import EncodingAPI
import Foundation
import SecurityKit
import TestKit
import Testing

@testable import EncodingService

/// What a tus client does, with the chance to do it wrong.
extension Studio {
  typealias Headers = [(name: String, value: String)]

  static let tus: Headers = [("tus-resumable", "1.0.0")]
  static let offsetStream: Headers = [("content-type", "application/offset+octet-stream")]

  func tus(
    _ method: Contract.HTTPMethod, _ target: String, _ headers: Headers = [], body: [UInt8] = [],
    version: String? = "1.0.0", as principal: Principal = Studio.operatorContext, key: String? = nil
  ) async throws -> TransportResponse {
    var context = CallContext.test(principal)
    context.idempotencyKey = key
    return try await encoding.transport.send(
      TransportRequest(
        method: method, target: target, headers: (version.map { [("tus-resumable", $0)] } ?? []) + headers, body: body,
        context: context))
  }

  /// A new upload of that length; answers its address.
  func begin(_ bytes: Int, _ headers: Headers = [], key: String? = nil) async throws -> String {
    let made = try await tus(.post, "/v1/studio/uploads", [("upload-length", "\(bytes)")] + headers, key: key)
    #expect(made.status == 201, "\(made.problem)")
    return try #require(made.header("location"))
  }

  func patch(_ address: String, at offset: Int, _ bytes: [UInt8], _ headers: Headers = []) async throws
    -> TransportResponse
  {
    try await tus(
      .patch, address, Self.offsetStream + [("upload-offset", "\(offset)")] + headers, body: bytes)
  }

  /// What HEAD says has arrived; nil where there is no such upload.
  func offset(of address: String) async throws -> Int? {
    let answer = try await tus(.head, address)
    return answer.status == 200 ? answer.header("upload-offset").flatMap { Int($0) } : nil
  }

  func shown(_ address: String) async throws -> Upload {
    try JSON.decode(Upload.self, from: try await tus(.get, address, version: nil).body)
  }

  var uploadFiles: [String] {
    ((try? FileManager.default.contentsOfDirectory(atPath: "\(home)/encoding/uploads")) ?? [])
      .map { "\(home)/encoding/uploads/\($0)" }
  }

  var uploadSizes: [Int] {
    uploadFiles.compactMap { (try? FileManager.default.attributesOfItem(atPath: $0))?[.size] as? Int }
  }

  /// A request of which only the beginning is sent, over a connection of its own.
  func beginPatch(_ address: String, at offset: Int, length: Int, _ bytes: [UInt8]) async throws -> RawConnection {
    let connection = try RawConnection(port: encoding.port)
    let mint = InternalTokenMint(keys: encoding.keys, clock: .system)
    let token = "Internal \(mint.token(for: Self.operatorContext, audience: EncodingModule.name))"
    try await connection.send(
      "PATCH \(address) HTTP/1.1\r\nhost: x\r\nauthorization: \(token)\r\ntus-resumable: 1.0.0\r\n"
        + "content-type: application/offset+octet-stream\r\nupload-offset: \(offset)\r\n"
        + "content-length: \(length)\r\n\r\n"
    )
    try await connection.send(bytes)
    return connection
  }
}
