import ClientKit
import Contract
import EncodingAPI
import Glibc
import NIOCore
import SecurityKit
import Synchronization

/// One copy of a film on its way here. What has come is kept when it breaks off, and gone on from.
struct SourceDownload: Sendable {
  let file: SourceFile
  let lease: TaskLease
  let cache: SourceCache
  /// Where the whole copy will be.
  let path: String
  /// The part, open under an exclusive lock.
  let descriptor: Int32

  /// Breaks in a row that brought nothing new.
  static let fruitlessTries = 5
  static let answerLimit: Duration = .seconds(20)
  static let pause: Duration = .milliseconds(500)

  func run() async throws -> LocalSource {
    do {
      try await fetch()
      guard fsync(descriptor) == 0 else { throw FileFault("fsync", path) }
      guard rename("\(path).part", path) == 0 else { throw FileFault("rename", path) }
      flock(descriptor, LOCK_SH)
      return LocalSource(path: path, descriptor: descriptor)
    } catch {
      close(descriptor)
      throw error
    }
  }

  private func fetch() async throws {
    let writer = PartWriter(descriptor: descriptor, path: path)
    try await writer.takeUp(limitBytes: file.bytes ?? .max)
    var tries = 0
    while true {
      let before = writer.bytes
      do {
        try await receive(into: writer)
        break
      } catch let error as TransportError {
        tries = writer.bytes > before ? 0 : tries + 1
        guard tries < Self.fruitlessTries else {
          throw EncodingFault.transient("The film could not be fetched from encoding: \(error)")
        }
        try await Task.sleep(for: Self.pause)
      }
    }
    guard file.bytes == nil || writer.bytes == file.bytes else {
      try await writer.empty()
      throw EncodingFault.transient("The film came with \(writer.bytes) bytes instead of \(file.bytes ?? 0).")
    }
    let hash = writer.hash()
    guard !file.isHashed || hash == file.fingerprint else {
      try await writer.empty()
      throw EncodingFault.transient("The film did not come as it was uploaded: its SHA-256 is \(hash).")
    }
  }

  private func receive(into writer: PartWriter) async throws {
    let parameters = TaskSourcePath(task: lease.task, fingerprint: file.fingerprint, token: lease.token)
    let request = TransportRequest(
      method: .get, target: EncodingEndpoints.source.path.expand(try ParameterEncoder.encode(parameters)),
      headers: writer.bytes > 0 ? [("range", "bytes=\(writer.bytes)-")] : [],
      context: .service(EncoderModule.name, within: Self.answerLimit))
    let answer = try await cache.encoding.stream(request, upload: nil)
    guard answer.status == (writer.bytes > 0 ? 206 : 200) else { throw try await refusal(answer) }
    if let rest = answer.header("content-length").flatMap({ Int($0) }) { try cache.requireRoom(for: rest) }
    for try await piece in answer.body {
      guard writer.bytes + piece.readableBytes <= file.bytes ?? cache.limitBytes else {
        try await writer.empty()
        throw EncodingFault.transient("More bytes came than the film has.")
      }
      try await writer.write(piece)
    }
  }

  private func refusal(_ answer: StreamingResponse) async throws -> EncodingFault {
    var body: [UInt8] = []
    for try await piece in answer.body where body.count < 64 * 1024 { body += piece.readableBytesView }
    let problem = TransportResponse(status: answer.status, body: body).problem
    return answer.status == 410
      ? .refused(problem.detail)
      : .transient("Encoding does not give the film (\(answer.status)): \(problem.detail)")
  }
}

/// Writes and hashes beside Swift's pool: a disk may let one wait. Each call is awaited before the next.
private final class PartWriter: Sendable {
  private struct State {
    var bytes = 0
    var hash = SHA256()
  }

  private let descriptor: Int32
  private let path: String
  private let state = Mutex(State())

  init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  var bytes: Int { state.withLock { $0.bytes } }

  func hash() -> String {
    state.withLock { state in
      var copy = state.hash
      return copy.finishAsText()
    }
  }

  /// Hashes what an earlier try left; where that is too much, begins anew.
  func takeUp(limitBytes: Int) async throws {
    try await Blocking.run { [self] in
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      while true {
        let count = read(descriptor, &buffer, buffer.count)
        if count < 0, errno == EINTR { continue }
        guard count >= 0 else { throw FileFault("read", path) }
        guard count > 0 else { break }
        buffer.withUnsafeBytes { all in add(UnsafeRawBufferPointer(rebasing: all[..<count])) }
      }
      if bytes > limitBytes { try emptyNow() }
    }
  }

  func write(_ piece: ByteBuffer) async throws {
    try await Blocking.run { [self] in
      try piece.withUnsafeReadableBytes { bytes in
        var written = 0
        while written < bytes.count {
          let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + written }, bytes.count - written)
          if count < 0, errno == EINTR { continue }
          guard count > 0 else {
            if errno == ENOSPC || errno == EDQUOT {
              throw EncodingFault.transient("No space is left on the encoder's disk for a copy of the film.")
            }
            throw FileFault("write", path)
          }
          add(UnsafeRawBufferPointer(rebasing: bytes[written..<written + count]))
          written += count
        }
      }
    }
  }

  func empty() async throws {
    try await Blocking.run { [self] in try emptyNow() }
  }

  private func emptyNow() throws {
    guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileFault("truncate", path) }
    state.withLock { $0 = State() }
  }

  private func add(_ bytes: UnsafeRawBufferPointer) {
    state.withLock {
      $0.bytes += bytes.count
      $0.hash.update(bytes)
    }
  }
}
