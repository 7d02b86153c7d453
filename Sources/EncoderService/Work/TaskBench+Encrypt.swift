import Contract
import EncodingAPI
import Foundation
import Synchronization

extension TaskBench {
  /// The checked folder again, its pictures and sound encrypted. Subtitles, poster and storyboard stay as they are.
  func encrypt() async throws -> TaskOutput {
    guard let key = contentKey else { throw EncodingFault.transient("An encrypt task without its key.") }
    let plan = try plan()
    let clear = "\(staging)/\(try folder(.check))"
    switch key.scheme {
    case .cbcs: _ = try await pack(with: SampleEncryption(key: key))
    case .aes128: try await encryptSegments(SegmentEncryption(key: key), plan, of: clear)
    }
    try linkWhatIsPublic(of: clear)
    let scratch = "\(draft)/.scratch"
    try FolderMediaStore.makeFolders(scratch)
    let check = EncryptionCheck(plan: plan, tools: tools, key: key, clear: clear, encrypted: draft, scratch: scratch)
    let evidence = try await check.evidence()
    try FileManager.default.removeItem(atPath: scratch)
    return TaskOutput {
      $0.checks = [CheckResult(check: "encryption", passed: true, detail: evidence.joined(separator: "; "))]
    }
  }

  private func encryptSegments(_ encryption: SegmentEncryption, _ plan: FilmPlan, of clear: String) async throws {
    var segments: [SegmentEncryption.Segment] = []
    for address in plan.playlists {
      let base = MediaNames.folder(of: address)
      try FolderMediaStore.makeFolders("\(draft)/\(base)")
      let text = try TextFile.read("\(clear)/\(address)")
      let playlist = encryption.encrypted(text, at: address)
      try TextFile.write(playlist.text, to: "\(draft)/\(address)")
      segments += playlist.segments
      guard let map = HLSMediaPlaylist(text).map else {
        throw EncodingFault.wrongResult("\(address) names no initialisation section.")
      }
      try FolderMediaStore.link(file: "\(clear)/\(base)/\(map)", as: "\(draft)/\(base)/\(map)")
    }
    let master = try TextFile.read("\(clear)/\(MediaLayout.hlsManifest)")
    try TextFile.write(encryption.master(master), to: "\(draft)/\(MediaLayout.hlsManifest)")
    try TextFile.write(SegmentEncryption.list(segments), to: "\(draft)/\(Self.segmentList)")
    let count = Double(max(1, segments.count))
    let done = Mutex(0.0)
    try await tools.mustRun(
      .python, on: WorkFolders(staging: clear, output: draft), reportsProgress: true, doing: "encrypting segments",
      secret: encryption.secret,
      onLine: { [progress] _ in
        progress(
          done.withLock {
            $0 += 1
            return min(1, $0 / count)
          })
      }
    ) { seen in
      encryption.arguments(
        secretPath: tools.secretPath, list: Self.segmentList, from: seen.staging ?? "", to: seen.output ?? "")
    }
    try FileManager.default.removeItem(atPath: "\(draft)/\(Self.segmentList)")
  }

  private static let segmentList = "segments.txt"

  /// Never a file of pictures or sound: what of those was not written encrypted is not there.
  private func linkWhatIsPublic(of clear: String) throws {
    let hidden = ["\(MediaLayout.videoFolder)/", "\(MediaLayout.audioFolder)/"]
    let replaced: Set = [
      TaskPerformer.outputName, FileList.fileName, MediaLayout.hlsManifest, MediaLayout.dashManifest,
    ]
    for entry in try FileManager.default.subpathsOfDirectory(atPath: clear) {
      guard !replaced.contains(entry), !hidden.contains(where: { "\(entry)/".hasPrefix($0) }),
        !FileManager.default.fileExists(atPath: "\(draft)/\(entry)")
      else { continue }
      if TextFile.size("\(clear)/\(entry)") == nil {
        try FolderMediaStore.makeFolders("\(draft)/\(entry)")
      } else {
        try FolderMediaStore.link(file: "\(clear)/\(entry)", as: "\(draft)/\(entry)")
      }
    }
  }
}

extension FilmPlan {
  /// Of everything that is encrypted.
  var playlists: [String] { rungs.map(MediaNames.playlist) + audio.map(\.playlist) }
}
