import ClientKit
import Contract
import Foundation
import NIOCore
import Synchronization
import TestKit
import Testing

@Suite("Streamed uploads")
struct StreamingUploadTests {
  private struct Broken: Error, Equatable {}

  /// `count` pieces of `bytes` each; counts what was asked for.
  private func pieces(
    _ count: Int, of bytes: Int, asked: Counter = Counter()
  ) -> AsyncThrowingStream<ByteBuffer, any Error> {
    AsyncThrowingStream {
      guard asked.value < count else { return nil }
      asked.add()
      return ByteBuffer(repeating: UInt8(truncatingIfNeeded: asked.value), count: bytes)
    }
  }

  private func request(_ method: HTTPMethod = .put, within duration: Duration = .seconds(60)) -> TransportRequest {
    TransportRequest(
      method: method, target: "/upload", headers: [("content-type", "video/mp4")],
      context: .service("tests", within: duration))
  }

  @Test("An upload of known or unknown length arrives whole, without asking for leave", arguments: [true, false])
  func arrives(isKnown: Bool) async throws {
    try await withServer { request, connection in
      let body = try connection.readBody(request)
      let sum = body.reduce(0) { $0 + Int($1) }
      try connection.answer(
        201, headers: ["X-Length: \(request.header("content-length") ?? "-")"],
        body: "\(request.method) \(request.header("content-type") ?? "-") \(body.count) \(sum) "
          + (request.header("expect") ?? "-"))
    } _: { _, transport, _ in
      for (method, count) in [(HTTPMethod.put, 300), (.post, 1), (.patch, 0), (.put, 2)] {
        let chunks = pieces(count, of: 10_000)
        let response = try await transport.stream(
          request(method), upload: StreamingUpload(contentLength: isKnown ? count * 10_000 : nil, chunks: chunks))
        let sum = (0..<count).reduce(0) { $0 + Int(UInt8(truncatingIfNeeded: $1 + 1)) * 10_000 }
        let text = String(decoding: try await collect(response.body), as: UTF8.self)
        #expect(text == "\(method.rawValue) video/mp4 \(count * 10_000) \(sum) -")
        #expect(response.header("x-length") == (isKnown ? "\(count * 10_000)" : "-"))
      }
      // The handle that uploaded is fit for a plain call again.
      let plain = try await transport.stream(.get())
      #expect(String(decoding: try await collect(plain.body), as: UTF8.self) == "GET - 0 0 -")
    }
  }

  @Test("A server that does not read holds the giver back, and gets everything once it reads")
  func backPressure() async throws {
    let gate = Gate()
    defer { gate.open() }
    let total = 400
    try await withServer { request, connection in
      gate.wait()
      var read = 0
      try connection.readBody(request) { read += $0.count }
      try connection.answer(body: "\(read)")
    } _: { _, transport, _ in
      let asked = Counter()
      let chunks = pieces(total, of: 256 * 1024, asked: asked)
      async let answer = transport.stream(
        request(), upload: StreamingUpload(contentLength: total * 256 * 1024, chunks: chunks))
      var last = 0
      try await eventually {
        defer { last = asked.value }
        try await Task.sleep(for: .milliseconds(100))
        return last > 0 && asked.value == last
      }
      #expect(asked.value < 60, "asked for \(asked.value) of \(total) pieces")
      gate.open()
      #expect(String(decoding: try await collect(answer.body), as: UTF8.self) == "\(total * 256 * 1024)")
      #expect(asked.value == total)
    }
  }

  @Test("A giver's failure ends the upload and is thrown as it is")
  func giverFails() async throws {
    let received = Counter()
    let cutShort = Counter()
    try await withServer { request, connection in
      do { try connection.readBody(request) { received.add($0.count) } } catch {
        cutShort.add()
        throw error
      }
    } _: { _, transport, _ in
      let asked = Counter()
      // Fails only once the server has what was given: the body is under way, not still waiting for a connection.
      let chunks = AsyncThrowingStream<ByteBuffer, any Error> {
        if asked.add() == 1 { return ByteBuffer(repeating: 1, count: 1000) }
        try await eventually { received.value == 1000 }
        throw Broken()
      }
      await #expect(throws: Broken()) {
        try await transport.stream(request(), upload: StreamingUpload(contentLength: nil, chunks: chunks))
      }
      // Not a body that looks whole.
      try await eventually { cutShort.value == 1 }
      #expect(received.value == 1000)
    }
  }

  @Test("An upload of another length than declared is given up", arguments: [2, 4])
  func wrongLength(count: Int) async throws {
    let gate = Gate()
    defer { gate.open() }
    try await withServer { request, connection in
      _ = try connection.readBody(request)
      gate.wait()
    } _: { _, transport, _ in
      let chunks = pieces(count, of: 1000)
      await #expect(throws: UploadLengthMismatch(declared: 3000, given: count * 1000)) {
        try await transport.stream(request(), upload: StreamingUpload(contentLength: 3000, chunks: chunks))
      }
    }
  }

  @Test("A giver who takes longer than the stall timeout is waited for; a server that takes nothing is not")
  func stall() async throws {
    var settings = ClientSettings()
    settings.stallTimeout = .seconds(2)
    let gate = Gate()
    defer { gate.open() }
    try await withServer(settings: settings) { request, connection in
      if request.method == "POST" { gate.wait() }
      try connection.answer(body: "\(try connection.readBody(request).count)")
    } _: { _, transport, _ in
      let slow = AsyncThrowingStream<ByteBuffer, any Error> { continuation in
        Task {
          try? await Task.sleep(for: .seconds(5))
          continuation.yield(ByteBuffer(string: "late"))
          continuation.finish()
        }
      }
      let response = try await transport.stream(request(), upload: StreamingUpload(contentLength: 4, chunks: slow))
      #expect(String(decoding: try await collect(response.body), as: UTF8.self) == "4")
      let chunks = pieces(400, of: 256 * 1024)
      await #expect {
        try await transport.stream(request(.post), upload: StreamingUpload(contentLength: nil, chunks: chunks))
      } throws: { error in
        if case .interrupted(_, let reason) = error as? TransportError { reason.contains("moved") } else { false }
      }
    }
  }

  @Test("A server that refuses before it has read everything is heard, and the giver stopped")
  func earlyAnswer() async throws {
    try await withServer { request, connection in
      try connection.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno")
      // Reads on, as a polite server does, so that the answer is not lost in a reset.
      try connection.readBody(request) { _ in }
    } _: { _, transport, loop in
      let asked = Counter()
      let chunks = pieces(100_000, of: 64 * 1024, asked: asked)
      let response = try await transport.stream(request(), upload: StreamingUpload(contentLength: nil, chunks: chunks))
      #expect(response.status == 413)
      #expect(try await collect(response.body) == Array("no".utf8))
      try await eventually { loop.runningCount == 0 }
      #expect(asked.value < 100_000)
    }
  }

  @Test("A cancelled upload stops its giver and its server")
  func cancelled() async throws {
    let cutShort = Counter()
    let received = Counter()
    try await withServer { request, connection in
      do { try connection.readBody(request) { received.add($0.count) } } catch {
        cutShort.add()
        throw error
      }
    } _: { _, transport, _ in
      let chunks = pieces(.max, of: 4096)
      let task = Task {
        try await transport.stream(request(), upload: StreamingUpload(contentLength: nil, chunks: chunks))
      }
      // Giving begins before there is a connection.
      try await eventually { received.value > 0 }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
      try await eventually { cutShort.value == 1 }
    }
  }
}
