import Foundation
import Synchronization

/// A plain TCP connection, for requests no client library would make.
package final class RawConnection: Sendable {
  private let descriptor: Int32
  private let buffer = Mutex<[UInt8]>([])

  package struct Refused: Error {
    package let code: Int32
  }

  /// Connects to 127.0.0.1; throws ``Refused``.
  package init(port: Int) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    let result = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    // Everything is set, so a throw runs `deinit`: it closes, and a second close would hit somebody else's file.
    guard result == 0 else { throw Refused(code: errno) }
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
  }

  deinit {
    Foundation.close(descriptor)
  }

  /// Sends what the socket takes; false once the other side has closed.
  @discardableResult package func send(_ text: String) async throws -> Bool {
    try await send(Array(text.utf8))
  }

  @discardableResult package func send(_ bytes: [UInt8]) async throws -> Bool {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes {
        Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count > 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        try await Task.sleep(for: .milliseconds(1))
      } else {
        return false
      }
    }
    return true
  }

  /// Ends our side; the other may go on.
  package func endSending() {
    shutdown(descriptor, Int32(SHUT_WR))
  }

  /// All that has come so far.
  package var received: String { buffer.withLock { String(decoding: $0, as: UTF8.self) } }

  /// Takes in what is there; false at the end of the stream.
  @discardableResult package func take() -> Bool {
    var chunk = [UInt8](repeating: 0, count: 65536)
    while true {
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count > 0 {
        buffer.withLock { $0 += chunk[..<count] }
      } else if count == 0 {
        return false
      } else {
        return errno == EAGAIN
      }
    }
  }

  /// Waits until `text` has come; throws ``NeverHappened``.
  package func awaitText(_ text: String, within duration: Duration = .seconds(60)) async throws {
    try await eventually(within: duration) {
      _ = take()
      return received.contains(text)
    }
  }

  /// Waits until the other side has closed; throws ``NeverHappened``.
  package func awaitEnd(within duration: Duration = .seconds(60)) async throws {
    try await eventually(within: duration) { !take() }
  }
}
