import ClientKit
import ConfigKit
import Contract
import NIOCore
import SecurityKit
import Synchronization

/// The transports of one service to the others, each made when first asked for.
final class Upstreams: Sendable {
  private let settings: SettingsReader
  private let loop: CurlLoop
  private let mint: InternalTokenMint
  /// In place of the network, by service: a test's neighbours.
  private let replacements: [String: any Transport]
  private let made = Mutex<[String: any StreamingTransport]>([:])

  init(settings: SettingsReader, loop: CurlLoop, mint: InternalTokenMint, replacements: [String: any Transport]) {
    self.settings = settings
    self.loop = loop
    self.mint = mint
    self.replacements = replacements
  }

  func transport(to service: String) throws -> any StreamingTransport {
    if let known = made.withLock({ $0[service] }) { return known }
    let transport = try make(service)
    return made.withLock { made in
      if let known = made[service] { return known }
      made[service] = transport
      return transport
    }
  }

  private func make(_ service: String) throws -> any StreamingTransport {
    let address = try Self.address(of: service, settings)
    if let replacement = replacements[service] {
      return replacement as? any StreamingTransport ?? WholeTransport(base: replacement)
    }
    return CurlTransport(loop: loop, upstream: service, baseURL: address) { [mint] principal in
      mint.token(for: principal, audience: service)
    }
  }

  /// Setting `<SERVICE>_URL`, without a slash at its end.
  static func address(of service: String, _ settings: SettingsReader) throws(SettingsError) -> String {
    let name = "\(service.uppercased())_URL"
    let fallback = DefaultPorts.all[service].map { "http://127.0.0.1:\($0)" } ?? ""
    var address = try settings.text(name, default: fallback)
    while address.hasSuffix("/") { address.removeLast() }
    guard address.hasPrefix("http://") || address.hasPrefix("unix:/") else {
      throw .unacceptable(
        name: SettingsReader.prefix + name, value: address, bounds: "http://host:port or unix:/path",
        source: "settings")
    }
    return address
  }
}

/// Gives a transport of whole bodies the face of a streaming one.
private struct WholeTransport: StreamingTransport {
  let base: any Transport

  func send(_ request: TransportRequest) async throws -> TransportResponse {
    try await base.send(request)
  }

  func stream(_ request: TransportRequest, upload: StreamingUpload?) async throws -> StreamingResponse {
    var request = request
    if let upload {
      request.body = []
      for try await chunk in upload.chunks { request.body += Array(buffer: chunk) }
    }
    let response = try await base.send(request)
    let body = AsyncThrowingStream<ByteBuffer, any Error> { stream in
      if !response.body.isEmpty { stream.yield(ByteBuffer(bytes: response.body)) }
      stream.finish()
    }
    return StreamingResponse(status: response.status, headers: response.headers, body: body)
  }
}
