import Contract

/// Puts numbers and arrays of them one after the other, little-endian.
struct ByteWriter {
  private var bytes: [UInt8]

  init(_ start: [UInt8], capacity: Int) {
    bytes = start
    bytes.reserveCapacity(capacity)
  }

  mutating func write<Number: BitwiseCopyable>(_ number: Number) {
    withUnsafeBytes(of: number) { bytes.append(contentsOf: $0) }
  }

  /// The count, then the elements.
  mutating func write<Number: BitwiseCopyable>(_ array: [Number]) {
    write(UInt32(array.count))
    array.withUnsafeBytes { bytes.append(contentsOf: $0) }
  }

  /// Everything, with its checksum at the end.
  func sealed() -> [UInt8] {
    var sealed = self
    sealed.write(bytes.withUnsafeBytes { FNV1a.hash($0) })
    return sealed.bytes
  }
}

/// Takes apart what a ``ByteWriter`` put together; nil for whatever is not there.
struct ByteReader {
  private let bytes: [UInt8]
  private let end: Int
  private var place: Int

  /// Nil unless the last eight bytes are the checksum of all others.
  init?(sealed bytes: [UInt8], after start: Int) {
    end = bytes.count - 8
    guard end >= start else { return nil }
    self.bytes = bytes
    place = start
    let isSound = bytes.withUnsafeBytes { bytes in
      FNV1a.hash(UnsafeRawBufferPointer(rebasing: bytes.dropLast(8)))
        == bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self)
    }
    guard isSound else { return nil }
  }

  var left: Int { end - place }
  var isAtEnd: Bool { place == end }

  mutating func number<Number: BitwiseCopyable>(_: Number.Type) -> Number? {
    let size = MemoryLayout<Number>.size
    guard left >= size else { return nil }
    defer { place += size }
    return bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: place, as: Number.self) }
  }

  mutating func array<Number: BitwiseCopyable>(_: Number.Type) -> [Number]? {
    let size = MemoryLayout<Number>.stride
    guard let count = number(UInt32.self).map(Int.init), count <= left / size else { return nil }
    defer { place += count * size }
    return bytes.withUnsafeBytes { bytes in
      [Number](unsafeUninitializedCapacity: count) { buffer, filled in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(
          from: UnsafeRawBufferPointer(rebasing: bytes[place..<place + count * size]))
        filled = count
      }
    }
  }
}
