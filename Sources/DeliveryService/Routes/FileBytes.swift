package import NIOCore
import NIOPosix

/// The bytes of a part of a file, one chunk for each time the connection has room: memory is bounded by the chunk,
/// and the client's pace is the pace of reading.
package struct FileBytes: AsyncSequence, Sendable {
  package typealias Element = ByteBuffer

  let file: OpenMediaFile
  let range: Range<Int>
  let chunkBytes: Int
  /// Asked before each chunk; what it throws ends the answer and the connection.
  let check: @Sendable () throws -> Void

  package init(
    _ file: OpenMediaFile, range: Range<Int>, chunkBytes: Int, check: @escaping @Sendable () throws -> Void
  ) {
    self.file = file
    self.range = range
    self.chunkBytes = chunkBytes
    self.check = check
  }

  package func makeAsyncIterator() -> Iterator {
    Iterator(bytes: self, offset: range.lowerBound)
  }

  package struct Iterator: AsyncIteratorProtocol {
    let bytes: FileBytes
    var offset: Int

    package mutating func next() async throws -> ByteBuffer? {
      guard offset < bytes.range.upperBound else { return nil }
      try bytes.check()
      let end = Swift.min(offset + bytes.chunkBytes, bytes.range.upperBound)
      let chunk = try await bytes.file.chunk(offset..<end)
      offset += chunk.readableBytes
      return chunk
    }
  }
}

extension OpenMediaFile {
  /// The bytes at `range` or, where only its beginning is in memory, that. What the page cache holds is copied here
  /// and now, in microseconds; what would wait for the disk is read on a thread that may wait.
  package func chunk(_ range: Range<Int>) async throws -> ByteBuffer {
    var buffer = ByteBufferAllocator().buffer(capacity: range.count)
    var reading = Reading.wouldWait
    try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { target in
      reading = try readCached(
        into: UnsafeMutableRawBufferPointer(rebasing: target[..<range.count]), at: range.lowerBound)
      guard case .bytes(let count) = reading else { return 0 }
      return count
    }
    if case .bytes = reading { return buffer }
    return try await NIOThreadPool.singleton.runIfActive { [self] in
      var buffer = ByteBufferAllocator().buffer(capacity: range.count)
      try buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: range.count) { target in
        try read(into: UnsafeMutableRawBufferPointer(rebasing: target[..<range.count]), at: range.lowerBound)
      }
      return buffer
    }
  }
}
