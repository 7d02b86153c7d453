import ClientKit
import Contract
import Foundation
import NIOCore
import Synchronization
import TestKit
import Testing

@Suite("Streamed answers")
struct StreamingDownloadTests {
  /// Byte `index` of the test body, so that a lost or doubled piece shows.
  static func pattern(_ index: Int) -> UInt8 { UInt8(truncatingIfNeeded: index &* 31 &+ index >> 13) }

  @Test("A short streamed answer has its head, its bytes and its end")
  func short() async throws {
    try await withServer { request, connection in
      try connection.answer(206, headers: ["X-A: b"], body: request.target)
    } _: { server, transport, _ in
      for number in 0..<20 {
        let response = try await transport.stream(.get("/\(number)"))
        #expect(response.status == 206 && response.header("x-a") == "b")
        #expect(try await collect(response.body) == Array("/\(number)".utf8))
      }
      #expect(server.connectionCount == 1)
    }
  }

  @Test("An answer without a body ends at once", arguments: [204, 304])
  func noBody(status: Int) async throws {
    try await withServer { _, connection in
      try connection.write("HTTP/1.1 \(status) X\r\nETag: e\r\n\r\n")
    } _: { _, transport, _ in
      let response = try await transport.stream(.get())
      #expect(response.status == status && response.header("etag") == "e")
      #expect(try await collect(response.body).isEmpty)
    }
  }

  @Test("The head is heard before the first byte of the body comes")
  func headFirst() async throws {
    let gate = Gate()
    try await withServer { _, connection in
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n")
      gate.wait()
      try connection.write("abc")
    } _: { _, transport, _ in
      let response = try await transport.stream(.get())
      gate.open()
      #expect(try await collect(response.body) == Array("abc".utf8))
    }
  }

  @Test("200 MB for a slow reader pass whole and in order, the server never far ahead")
  func largeAndSlow() async throws {
    let total = 200 * 1024 * 1024
    // All that is anywhere between the two: the sockets' buffers, which Linux lets grow to some 36 MB, and ours.
    let leadMaximum = 48 * 1024 * 1024
    let written = Counter()
    try await withServer { _, connection in
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
      var index = 0
      while index < total {
        let piece = [UInt8](unsafeUninitializedCapacity: 256 * 1024) { buffer, count in
          for offset in 0..<buffer.count { buffer[offset] = Self.pattern(index + offset) }
          count = buffer.count
        }
        try connection.write(piece)
        index += piece.count
        written.add(piece.count)
      }
    } _: { _, transport, _ in
      let response = try await transport.stream(.get())
      var largestLead = 0
      var read = 0
      var isRight = true
      for try await piece in response.body {
        if read == 0 {
          // The reader does nothing until the server has been stopped by full buffers.
          var last = -1
          while written.value != last {
            last = written.value
            try await Task.sleep(for: .milliseconds(100))
          }
          #expect(written.value < leadMaximum)
        }
        piece.withUnsafeReadableBytes { bytes in
          for offset in stride(from: 0, to: bytes.count, by: 61) where bytes[offset] != Self.pattern(read + offset) {
            isRight = false
          }
        }
        read += piece.readableBytes
        largestLead = max(largestLead, written.value - read)
      }
      #expect(read == total)
      #expect(isRight)
      #expect(largestLead < leadMaximum, "the server was ahead by \(largestLead / 1024) KiB")
    }
  }

  @Test("A reader who stops early, by leaving or by cancellation, ends the transfer", arguments: [false, true])
  func abandoned(isCancelled: Bool) async throws {
    let hungUp = Counter()
    try await withServer { _, connection in
      try connection.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      let piece = Array("10000\r\n".utf8) + [UInt8](repeating: 1, count: 0x10000) + Array("\r\n".utf8)
      do { while true { try connection.write(piece) } } catch { hungUp.add() }
    } _: { _, transport, loop in
      let task = Task {
        let response = try await transport.stream(.get())
        for try await _ in response.body where !isCancelled { return }
      }
      if isCancelled {
        try await eventually { loop.runningCount == 1 }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
      } else {
        try await task.value
      }
      try await eventually { hungUp.value == 1 }
      try await eventually { loop.runningCount == 0 }
    }
  }

  @Test("A reader waiting for a byte that does not come can be cancelled")
  func cancelledWhileWaiting() async throws {
    let gate = Gate()
    defer { gate.open() }
    try await withServer { _, connection in
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na")
      gate.wait()
    } _: { _, transport, _ in
      let hasFirst = Counter()
      let task = Task {
        for try await _ in try await transport.stream(.get()).body { hasFirst.add() }
      }
      try await eventually { hasFirst.value == 1 }
      task.cancel()
      await #expect(throws: CancellationError.self) { try await task.value }
    }
  }

  @Test("An upstream that dies in mid-body is heard after the bytes it gave, and the end is heard once")
  func deathInMidBody() async throws {
    try await withServer { _, connection in
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 300000\r\n\r\n" + String(repeating: "x", count: 100_000))
      throw Connection.Failure.closed
    } _: { _, transport, _ in
      let response = try await transport.stream(.get())
      var iterator = response.body.makeAsyncIterator()
      var read = 0
      do {
        while let piece = try await iterator.next() { read += piece.readableBytes }
        Issue.record("the end was heard instead")
      } catch let error as TransportError {
        if case .interrupted = error {} else { Issue.record("\(error)") }
      }
      #expect(read == 100_000)
      let after = try await iterator.next()
      #expect(after == nil)
    }
  }

  @Test("Until the head has come the deadline holds; the body may take longer")
  func deadline() async throws {
    let gate = Gate()
    defer { gate.open() }
    try await withServer { request, connection in
      if request.target == "/late" { gate.wait() }
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nab")
      gate.wait()
      try connection.write("cd")
    } _: { _, transport, _ in
      await #expect(throws: TransportError.deadlinePassed(upstream: "test")) {
        try await transport.stream(.get("/late", within: .milliseconds(150)))
      }
      let request = TransportRequest.get(within: .seconds(3))
      let response = try await transport.stream(request)
      try await Task.sleep(for: request.context.deadline.remaining + .milliseconds(100))
      gate.open()
      #expect(try await collect(response.body) == Array("abcd".utf8))
    }
  }

  @Test("A body that stands still fails after the stall timeout; a reader that stands still does not")
  func stall() async throws {
    var settings = ClientSettings()
    settings.stallTimeout = .seconds(2)
    settings.streamBufferBytes = 64 * 1024
    let gate = Gate()
    defer { gate.open() }
    let total = 8 * 1024 * 1024
    try await withServer(settings: settings) { request, connection in
      if request.target == "/still" {
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na")
        gate.wait()
      } else {
        try connection.write("HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n")
        try connection.write([UInt8](repeating: 1, count: total))
      }
    } _: { _, transport, _ in
      let still = try await transport.stream(.get("/still"))
      await #expect {
        for try await _ in still.body {}
      } throws: { error in
        if case .interrupted(_, let reason) = error as? TransportError { reason.contains("moved") } else { false }
      }
      let slow = try await transport.stream(.get("/slow"))
      var read = 0
      for try await piece in slow.body {
        // Longer than the timeout by far: it is the reader who is slow.
        if read == 0 { try await Task.sleep(for: .seconds(5)) }
        read += piece.readableBytes
      }
      #expect(read == total)
    }
  }

  @Test("Streams whose readers stand still hold up no call")
  func streamsApart() async throws {
    var settings = ClientSettings()
    settings.connectionsPerUpstream = 2
    try await withServer(settings: settings) { request, connection in
      if request.target == "/call" { return try connection.answer(body: "ok") }
      try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 50000000\r\n\r\n")
      for _ in 0..<50 { try connection.write([UInt8](repeating: 1, count: 1_000_000)) }
    } _: { _, transport, _ in
      var held: [StreamingResponse] = []
      for _ in 0..<8 { held.append(try await transport.stream(.get("/stream"))) }
      let text = try await transport.send(.get("/call")).text
      #expect(text == "ok")
      #expect(held.count == 8)
    }
  }

  @Test("Shutdown ends streams with an error on either side of the head")
  func shutdown() async throws {
    let gate = Gate()
    defer { gate.open() }
    try await withServer { request, connection in
      if request.target == "/body" { try connection.write("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\na") }
      gate.wait()
    } _: { server, transport, loop in
      let response = try await transport.stream(.get("/body"))
      async let headless = transport.stream(.get("/head"))
      try await eventually { server.connectionCount == 2 }
      await loop.shutdown()
      let expected = TransportError.interrupted(upstream: "test", reason: "shutting down")
      await #expect(throws: expected) { try await collect(response.body) }
      do {
        _ = try await headless
        Issue.record("was answered")
      } catch let error as TransportError {
        #expect(error == expected)
      }
    }
  }
}

/// All bytes of a body.
@discardableResult
func collect(_ body: any AsyncSequence<ByteBuffer, any Error> & Sendable) async throws -> [UInt8] {
  var bytes: [UInt8] = []
  for try await piece in body { bytes.append(contentsOf: piece.readableBytesView) }
  return bytes
}
