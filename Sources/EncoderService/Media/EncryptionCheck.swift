import ConfigKit
import Contract
import EncodingAPI
import Foundation
import Synchronization

/// What was encrypted, against what was checked in the clear: the same segments, each encrypted, and with the key the
/// very same film again.
struct EncryptionCheck: Sendable {
  let plan: FilmPlan
  let tools: Toolbox
  let key: ContentKey
  /// Folders of the asset.
  let clear: String
  let encrypted: String
  let scratch: String

  static let timeLimit: Duration = .seconds(3600)

  func evidence() async throws -> [String] {
    for address in plan.playlists { try compare(address) }
    let again = "decrypted with the key \(key.id) each of \(plan.playlists.count) tracks is what was checked"
    switch key.scheme {
    case .aes128:
      // The program that encrypted the segments has read and decrypted each.
      return ["aes128, HLS alone, without I-frame playlists; \(again)"]
    case .cbcs:
      let manifests = try ManifestCheck(plan: plan, folder: encrypted).evidence()
      for (index, address) in plan.playlists.enumerated() { try await decryptAndCompare(address, index) }
      return manifests + ["cbcs; \(again)"]
    }
  }

  // MARK: - Structure

  private func compare(_ address: String) throws {
    let text = try TextFile.read("\(encrypted)/\(address)")
    let (before, after) = (HLSMediaPlaylist(try TextFile.read("\(clear)/\(address)")), HLSMediaPlaylist(text))
    guard before.map == after.map, before.segments == after.segments, after.isComplete else {
      throw wrong("\(address) lists other segments than before")
    }
    let method = key.scheme == .cbcs ? "SAMPLE-AES" : "AES-128"
    let keys = text.split(separator: "\n").filter { $0.hasPrefix("#EXT-X-KEY:") }
    let uri = "URI=\"\(KeyAddress.from(address, key.id))\""
    guard !keys.isEmpty, keys.allSatisfy({ $0.contains("METHOD=\(method),") && $0.contains(uri) }) else {
      throw wrong("\(address) does not name its key")
    }
    let base = MediaNames.folder(of: address)
    for segment in after.segments {
      let file = "\(base)/\(segment.address)"
      guard let bytes = TextFile.size("\(encrypted)/\(file)"), bytes > 0 else { throw wrong("\(file) is missing") }
      guard try contents("\(encrypted)/\(file)") != contents("\(clear)/\(file)") else {
        throw wrong("\(file) is as it was")
      }
    }
  }

  private func contents(_ path: String) throws -> Data {
    try Data(contentsOf: URL(filePath: path), options: .alwaysMapped)
  }

  // MARK: - With the key

  /// By another reading of the packager, then packet by packet as ffmpeg sees both.
  private func decryptAndCompare(_ address: String, _ index: Int) async throws {
    let (whole, opened) = ("track-\(index).mp4", "track-\(index)-opened.mp4")
    defer { for name in [whole, opened] { unlink("\(scratch)/\(name)") } }
    try assemble(address, as: "\(scratch)/\(whole)")
    let kind = address.hasPrefix("\(MediaLayout.videoFolder)/") ? "video" : "audio"
    try await tools.mustRun(
      .packager, on: WorkFolders(output: scratch), timeLimit: Self.timeLimit, doing: "decrypting \(address)",
      secret: Secret(Array("--keys=label=:key_id=\(key.id):key=\(HexBytes.text(key.bytes))\n".utf8))
    ) { seen in
      let folder = seen.output ?? ""
      return [
        "in=\(folder)/\(whole),stream=\(kind),output=\(folder)/\(opened)", "--flagfile=\(tools.secretPath)",
        "--enable_raw_key_decryption", "--temp_dir", folder, "--quiet",
      ]
    }
    let before = try await hash("\(address)", in: clear)
    guard !before.isEmpty, try await hash(opened, in: scratch) == before else {
      throw wrong("\(address) does not decrypt to what it was")
    }
  }

  /// The initialisation section and all segments in one file.
  private func assemble(_ address: String, as path: String) throws {
    let playlist = HLSMediaPlaylist(try TextFile.read("\(encrypted)/\(address)"))
    let base = MediaNames.folder(of: address)
    guard FileManager.default.createFile(atPath: path, contents: nil),
      let file = FileHandle(forWritingAtPath: path)
    else { throw FileFault("create", path) }
    defer { try? file.close() }
    for name in [playlist.map ?? ""] + playlist.segments.map(\.address) {
      try file.write(contentsOf: contents("\(encrypted)/\(base)/\(name)"))
    }
  }

  private func hash(_ file: String, in folder: String) async throws -> [String] {
    let lines = Mutex<[String]>([])
    try await tools.mustRun(
      .ffmpeg, on: WorkFolders(staging: folder), timeLimit: Self.timeLimit, doing: "reading \(file)",
      onLine: { line in if line.contains("=") { lines.withLock { $0.append(String(line)) } } }
    ) { seen in
      [
        "-nostdin", "-hide_banner", "-v", "error", "-protocol_whitelist", "file", "-i",
        "file:\(seen.staging ?? "")/\(file)", "-map", "0", "-c", "copy", "-f", "streamhash", "-hash", "md5", "-",
      ]
    }
    return lines.withLock { $0 }
  }

  private func wrong(_ what: String) -> EncodingFault { .wrongResult("Check encryption: \(what).") }
}
