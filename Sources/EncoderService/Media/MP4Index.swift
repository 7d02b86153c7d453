import Glibc

/// The sample count and duration of the first track of an MP4 file we wrote ourselves, read from its index: a check
/// that costs microseconds where ffprobe would cost a process.
struct MP4Index: Sendable, Equatable {
  var sampleCount: Int
  /// Of all samples, without the file around them.
  var sampleBytes: Int
  /// Of the track's media.
  var durationSeconds: Double

  static let indexLimitBytes = 256 << 20

  /// Nil where the bytes hold no complete index.
  init?(moov: ArraySlice<UInt8>) {
    guard let track = Self.child("trak", in: moov), let media = Self.child("mdia", in: track),
      let header = Self.child("mdhd", in: media), let information = Self.child("minf", in: media),
      let table = Self.child("stbl", in: information), let sizes = Self.child("stsz", in: table), sizes.count >= 12
    else { return nil }
    sampleCount = Self.number(sizes.dropFirst(8).prefix(4))
    let size = Self.number(sizes.dropFirst(4).prefix(4))
    guard size > 0 || sizes.count >= 12 + sampleCount * 4 else { return nil }
    if size > 0 {
      sampleBytes = size * sampleCount
    } else {
      let table = Array(sizes.dropFirst(12).prefix(sampleCount * 4))
      sampleBytes = (0..<sampleCount).reduce(0) { $0 + Self.number(table[$1 * 4..<$1 * 4 + 4]) }
    }
    let isLong = header.first == 1
    let rest = header.dropFirst(isLong ? 20 : 12)
    guard rest.count >= (isLong ? 12 : 8) else { return nil }
    let timescale = Self.number(rest.prefix(4))
    guard timescale > 0 else { return nil }
    durationSeconds = Double(Self.number(rest.dropFirst(4).prefix(isLong ? 8 : 4))) / Double(timescale)
  }

  /// Nil where the file is no whole MP4.
  init?(path: String) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { return nil }
    var offset = 0
    while offset + 8 <= Int(status.st_size) {
      guard let (name, bodyOffset, size) = Self.header(descriptor, at: offset), size >= 8 else { return nil }
      guard offset + size <= Int(status.st_size) else { return nil }
      if name == "moov" {
        let count = offset + size - bodyOffset
        guard count <= Self.indexLimitBytes else { return nil }
        var bytes = [UInt8](repeating: 0, count: count)
        guard pread(descriptor, &bytes, count, off_t(bodyOffset)) == count else { return nil }
        self.init(moov: bytes[...])
        return
      }
      offset += size
    }
    return nil
  }

  private static func header(_ descriptor: Int32, at offset: Int) -> (name: String, bodyOffset: Int, size: Int)? {
    var bytes = [UInt8](repeating: 0, count: 16)
    guard pread(descriptor, &bytes, 16, off_t(offset)) >= 8 else { return nil }
    let name = String(decoding: bytes[4..<8], as: UTF8.self)
    let size = number(bytes[0..<4])
    return size == 1 ? (name, offset + 16, number(bytes[8..<16])) : (name, offset + 8, size)
  }

  private static func child(_ name: String, in bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
    var rest = bytes
    while rest.count >= 8 {
      let size = number(rest.prefix(4))
      guard size >= 8, size <= rest.count else { return nil }
      if rest.dropFirst(4).prefix(4).elementsEqual(name.utf8) { return rest.prefix(size).dropFirst(8) }
      rest = rest.dropFirst(size)
    }
    return nil
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> Int {
    bytes.reduce(0) { $0 << 8 | Int($1) }
  }
}
