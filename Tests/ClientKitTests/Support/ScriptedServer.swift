import Foundation
import Glibc
import Synchronization

/// A server of blocking sockets, one thread per connection, whose every byte is written by the test: it can be slow,
/// stop half-way, or die, which a well-behaved server cannot.
final class ScriptedServer: Sendable {
  struct Request: Sendable {
    let method: String
    let target: String
    let headers: [String: String]

    func header(_ name: String) -> String? { headers[name] }
  }

  private struct State {
    var open: [Int32: Connection] = [:]
    var accepted = 0
    var answered = 0
    var isStopped = false
  }

  private let listener: Int32
  private let state = Mutex(State())
  private let handler: @Sendable (Request, Connection) throws -> Void
  let baseURL: String

  /// Listens on a port of its own, or on `socketPath`. The handler answers one request; a throw closes the
  /// connection.
  init(
    socketPath: String? = nil, _ handler: @escaping @Sendable (Request, Connection) throws -> Void
  ) throws {
    self.handler = handler
    if let socketPath {
      listener = try Sockets.listen(path: socketPath)
      baseURL = "unix:" + socketPath
    } else {
      let (descriptor, port) = try Sockets.listenOnLoopback()
      listener = descriptor
      baseURL = "http://127.0.0.1:\(port)"
    }
    Self.thread { [self] in acceptAll() }
  }

  /// Connections accepted since the start.
  var connectionCount: Int { state.withLock { $0.accepted } }
  var openConnectionCount: Int { state.withLock { $0.open.count } }
  /// Requests whose handler ended without a throw.
  var answeredCount: Int { state.withLock { $0.answered } }

  func stop() {
    state.withLock { state in
      guard !state.isStopped else { return }
      state.isStopped = true
      shutdown(listener, Int32(SHUT_RDWR))
      for connection in state.open.values { connection.hangUp() }
    }
  }

  /// As a killed process would: every open connection is gone.
  func hangUpAll() {
    state.withLock { for connection in $0.open.values { connection.hangUp() } }
  }

  private func acceptAll() {
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { break }
      let connection = Connection(descriptor)
      let isWanted = state.withLock { state in
        guard !state.isStopped else { return false }
        state.accepted += 1
        state.open[descriptor] = connection
        return true
      }
      guard isWanted else { close(descriptor); break }
      Self.thread { [self] in serve(connection) }
    }
    close(listener)
  }

  private func serve(_ connection: Connection) {
    while let request = try? connection.readRequest() {
      do { try handler(request, connection) } catch { break }
      state.withLock { $0.answered += 1 }
    }
    state.withLock { _ = $0.open.removeValue(forKey: connection.descriptor) }
    connection.hangUp()
    close(connection.descriptor)
  }

  private static func thread(_ body: @escaping @Sendable () -> Void) {
    let thread = Thread(block: body)
    thread.stackSize = 512 * 1024
    thread.start()
  }
}

/// One connection as its thread sees it.
final class Connection: @unchecked Sendable {
  // Used by the connection's own thread alone, but for `hangUp`, which is a plain system call.
  enum Failure: Error { case closed }

  let descriptor: Int32
  private var pending: [UInt8] = []

  init(_ descriptor: Int32) {
    self.descriptor = descriptor
  }

  func hangUp() {
    shutdown(descriptor, Int32(SHUT_RDWR))
  }

  /// Ends with a reset instead of an orderly close.
  func reset() {
    var option = linger(l_onoff: 1, l_linger: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
  }

  // MARK: - Out

  func write(_ text: String) throws { try write(Array(text.utf8)) }

  func write(_ bytes: [UInt8]) throws {
    var sent = 0
    while sent < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        send(descriptor, buffer.baseAddress.map { $0 + sent }, buffer.count - sent, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { throw Failure.closed }
      sent += count
    }
  }

  func answer(_ status: Int = 200, headers: [String] = [], body: String = "") throws {
    let lines = ["HTTP/1.1 \(status) X", "Content-Length: \(body.utf8.count)"] + headers
    try write(lines.joined(separator: "\r\n") + "\r\n\r\n" + body)
  }

  // MARK: - In

  func readRequest() throws -> ScriptedServer.Request {
    let lines = try readHead()
    let words = lines[0].split(separator: " ")
    guard words.count == 3 else { throw Failure.closed }
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      headers[parts[0].lowercased()] = parts.count > 1 ? parts[1].trimmingCharacters(in: .whitespaces) : ""
    }
    return ScriptedServer.Request(method: String(words[0]), target: String(words[1]), headers: headers)
  }

  private func readHead() throws -> [String] {
    var lines: [String] = []
    while true {
      let line = try readLine()
      if line.isEmpty { return lines }
      lines.append(line)
    }
  }

  private func readLine() throws -> String {
    while true {
      if let end = pending.firstIndex(of: 10) {
        let line = String(decoding: pending[..<end], as: UTF8.self).trimmingCharacters(in: .newlines)
        pending.removeFirst(end + 1)
        return line
      }
      try fill()
    }
  }

  private func fill() throws {
    var buffer = [UInt8](repeating: 0, count: 64 * 1024)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count > 0 else { throw Failure.closed }
    pending.append(contentsOf: buffer[..<count])
  }

  /// Whatever is there of a body; at least one byte.
  func readSome() throws -> [UInt8] {
    if pending.isEmpty { try fill() }
    defer { pending.removeAll(keepingCapacity: true) }
    return pending
  }

  func readBody(_ request: ScriptedServer.Request) throws -> [UInt8] {
    var body: [UInt8] = []
    try readBody(request) { body.append(contentsOf: $0) }
    return body
  }

  /// Hands out the body of a `content-length` or chunked request piece by piece.
  func readBody(_ request: ScriptedServer.Request, _ take: ([UInt8]) throws -> Void) throws {
    if request.header("transfer-encoding") == "chunked" {
      while true {
        let size = Int(try readLine(), radix: 16) ?? 0
        try readExactly(size, take)
        _ = try readLine()
        if size == 0 { return }
      }
    }
    try readExactly(Int(request.header("content-length") ?? "0") ?? 0, take)
  }

  private func readExactly(_ count: Int, _ take: ([UInt8]) throws -> Void) throws {
    var left = count
    while left > 0 {
      if pending.isEmpty { try fill() }
      let part = Array(pending.prefix(left))
      pending.removeFirst(part.count)
      left -= part.count
      try take(part)
    }
  }
}

enum Sockets {
  struct Failure: Error { let code: Int32 }

  static func listenOnLoopback(backlog: Int32 = 1024) throws -> (descriptor: Int32, port: Int) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let result = withUnsafeMutablePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, size) == 0 && Glibc.listen(descriptor, backlog) == 0
          && getsockname(descriptor, pointer, &size) == 0
      }
    }
    guard result else { throw Failure(code: errno) }
    return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
  }

  static func listen(path: String) throws -> Int32 {
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: Array(path.utf8.prefix(107)) + [0]) }
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
          && Glibc.listen(descriptor, 1024) == 0
      }
    }
    guard result else { throw Failure(code: errno) }
    return descriptor
  }

  /// A socket that is connected, or tries to be.
  static func beginConnecting(to port: Int) throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard result == 0 || errno == EINPROGRESS else { throw Failure(code: errno) }
    return descriptor
  }

  /// A port on which nothing listens.
  static func unusedPort() throws -> Int {
    let (descriptor, port) = try listenOnLoopback()
    close(descriptor)
    return port
  }
}
