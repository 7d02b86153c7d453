import NIOCore

extension OpenMediaFile {
  /// A media playlist (RFC 8216) names segments; it has ended when its last line says so. Only its last bytes are read.
  var isGrowingPlaylist: Bool {
    get async throws {
      var tail: [UInt8] = []
      let start = max(0, lengthBytes - Self.tailBytes)
      while start + tail.count < lengthBytes {
        tail += Array(buffer: try await chunk(start + tail.count..<lengthBytes))
      }
      let lines = String(decoding: tail, as: UTF8.self).split(whereSeparator: \.isNewline)
      guard let last = lines.last else { return false }
      return lines.contains { $0.hasPrefix("#EXTINF:") } && !last.hasPrefix("#EXT-X-ENDLIST")
    }
  }

  /// Longer than any segment's lines.
  private static let tailBytes = 1024
}
