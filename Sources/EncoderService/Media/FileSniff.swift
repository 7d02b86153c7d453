import Glibc

/// Says in words what a file plainly is, where that is plainly not a film: a better answer than a decoder's.
enum FileSniff {
  static let headBytes = 4096

  /// Why the file cannot be a film; nil where a demuxer should be asked.
  static func refusal(of head: [UInt8], sizeBytes: Int) -> String? {
    if sizeBytes == 0 { return "The file is empty." }
    for (signature, name) in signatures where head.starts(with: signature) {
      return "The file is \(name), not a film."
    }
    if head.starts(with: "#EXTM3U".utf8) {
      return "The file is a playlist that names other files, not a film. Send the film itself."
    }
    if head.starts(with: "ffconcat".utf8) {
      return "The file is a list of other files, not a film. Send the film itself."
    }
    if isText(head) { return "The file is text, not a film." }
    return nil
  }

  private static let signatures: [([UInt8], String)] = [
    ([0x50, 0x4B, 0x03, 0x04], "a ZIP archive (unpack it and send the film inside)"),
    ([0x50, 0x4B, 0x05, 0x06], "an empty ZIP archive"),
    ([0x1F, 0x8B], "a gzip archive (unpack it and send the film inside)"),
    ([0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C], "a 7-Zip archive (unpack it and send the film inside)"),
    ([0x52, 0x61, 0x72, 0x21], "a RAR archive (unpack it and send the film inside)"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "an xz archive (unpack it and send the film inside)"),
    (Array("%PDF".utf8), "a PDF document"),
    ([0x89, 0x50, 0x4E, 0x47], "a PNG picture"),
    ([0xFF, 0xD8, 0xFF], "a JPEG picture"),
    (Array("GIF8".utf8), "a GIF picture"),
    ([0x7F, 0x45, 0x4C, 0x46], "a program"),
  ]

  private static func isText(_ head: [UInt8]) -> Bool {
    let sample = head.prefix(512)
    return sample.allSatisfy { $0 >= 32 && $0 != 127 || $0 == 9 || $0 == 10 || $0 == 13 }
      && String(validating: sample.prefix { $0 < 128 }, as: UTF8.self) != nil
  }
}
