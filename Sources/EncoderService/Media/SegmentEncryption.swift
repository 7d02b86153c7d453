import ConfigKit
import Contract

/// `aes128`: each segment of pictures and sound encrypted as a whole, AES-128 in CBC mode with PKCS #7 padding (RFC
/// 8216 section 4.3.2.4), each with an initialisation vector of its own. The packager does this to MPEG-TS alone: its
/// CMAF segments come out holding one another.
///
/// Initialisation sections stay in the clear: a key applies to those that follow it in the playlist, and they come
/// first; they hold no picture. I-frame playlists go: their byte ranges would have to be ranges of plain bytes.
struct SegmentEncryption: Sendable {
  let key: ContentKey

  struct Segment: Sendable, Equatable {
    /// Within the asset's folder.
    var file: String
    var vector: String
  }

  var secret: Secret { Secret(Array(HexBytes.text(key.bytes).utf8)) }

  /// The playlist at `address` with a key before each segment, and which segments those are.
  func encrypted(_ playlist: String, at address: String) -> (text: String, segments: [Segment]) {
    let folder = MediaNames.folder(of: address)
    var segments: [Segment] = []
    var lines: [String] = []
    // Tags of the segment to come, which its key has to stand before.
    var pending: [String] = []
    for line in playlist.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("#EXTINF:") || !pending.isEmpty && line.hasPrefix("#") {
        pending.append(line)
      } else if line.hasPrefix("#") || line.isEmpty {
        lines.append(line)
      } else {
        let file = "\(folder)/\(line)"
        let vector = HexBytes.text(KeyAddress.vector(of: file, key))
        segments.append(Segment(file: file, vector: vector))
        lines.append("#EXT-X-KEY:METHOD=AES-128,URI=\"\(KeyAddress.from(address, key.id))\",IV=0x\(vector)")
        lines += pending + [line]
        pending = []
      }
    }
    return ((lines + pending).joined(separator: "\n"), segments)
  }

  /// Padding makes each segment up to 16 bytes longer; a variant has two.
  private static let paddingBitsPerSecond = 256

  /// Without I-frame playlists, and with room for the padding.
  func master(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.hasPrefix("#EXT-X-I-FRAME-STREAM-INF:") }
      .map { line in
        guard line.hasPrefix("#EXT-X-STREAM-INF:") else { return String(line) }
        return String(line).replacing(/BANDWIDTH=(\d+)/) { match in
          "BANDWIDTH=\((Int(match.1) ?? 0) + Self.paddingBitsPerSecond)"
        }
      }.joined(separator: "\n")
  }

  /// Reads a list of `vector file` lines; encrypts each file from one folder into the other, decrypts what it wrote and
  /// compares; says each name when it is done. The key comes by `secretPath`.
  func arguments(secretPath: String, list: String, from: String, to: String) -> [String] {
    ["-I", "-c", Self.program, secretPath, list, from, to]
  }

  static func list(_ segments: [Segment]) -> String {
    segments.map { "\($0.vector) \($0.file)\n" }.joined()
  }

  private static let program = """
    import sys
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    secret, names, source, target = sys.argv[1:]
    with open(secret) as file: key = algorithms.AES(bytes.fromhex(file.read()))
    with open(names) as file: lines = file.read().splitlines()
    for line in lines:
        vector, name = line.split(" ", 1)
        cipher = Cipher(key, modes.CBC(bytes.fromhex(vector)))
        with open(f"{source}/{name}", "rb") as file: clear = file.read()
        padding = 16 - len(clear) % 16
        clear += bytes([padding]) * padding
        encryptor = cipher.encryptor()
        with open(f"{target}/{name}", "xb") as file: file.write(encryptor.update(clear) + encryptor.finalize())
        decryptor = cipher.decryptor()
        with open(f"{target}/{name}", "rb") as file: again = decryptor.update(file.read()) + decryptor.finalize()
        if again != clear: sys.exit(f"{name} does not decrypt to what it was")
        sys.stdout.write(f"{name}\\n")
        sys.stdout.flush()
    """
}
