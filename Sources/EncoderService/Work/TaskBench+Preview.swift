import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  /// The film's beginning, as far as it is encoded, packaged as the whole film will be: its segments are those of the
  /// whole film to the byte, and its playlists say that more will come. DASH has to wait for the whole: a manifest that
  /// grows would be a broadcast's, with a clock that a film does not have.
  ///
  /// The further codecs are slower and join with the whole film.
  func preview() async throws {
    var plan = try plan()
    plan.rungs = plan.rungs(of: .h264)
    guard let frameCount = work.frameCount, frameCount < plan.frameCount else {
      throw EncodingFault.wrongResult("A preview task without a beginning.")
    }
    let scratch = ".joined"
    try FolderMediaStore.makeFolders("\(draft)/\(scratch)")
    for rung in plan.rungs { try await join(rung, frameCount: frameCount, into: "\(draft)/\(scratch)") }
    let seen = tools.seen(WorkFolders(staging: staging, output: draft))
    try await package(
      plan, files: plan.rungs.map { "\(seen.output ?? "")/\(scratch)/\(ChunkEncoding.fileName($0))" },
      audioFiles: folders(.audio).map { "\(seen.staging ?? "")/\($0)/\(AudioEncoding.fileName)" })
    try FileManager.default.removeItem(atPath: "\(draft)/\(scratch)")
    for (folder, track) in zip(folders(.subtitle), plan.subtitles) {
      let made = "\(staging)/\(folder)"
      try FolderMediaStore.link(from: made, into: draft, except: [track.playlist])
      // A file of its own, since what is linked must not be written to.
      try TextFile.write(try TextFile.read("\(made)/\(track.playlist)"), to: "\(draft)/\(track.playlist)")
    }
    try FileManager.default.removeItem(atPath: "\(draft)/\(MediaLayout.dashManifest)")
    let seconds = plan.frameRate.seconds(ofFrames: frameCount)
    for name in try FileManager.default.subpathsOfDirectory(atPath: draft) where name.hasSuffix(".m3u8") {
      let path = "\(draft)/\(name)"
      let text = try TextFile.read(path)
      try TextFile.write(
        name == MediaLayout.hlsManifest
          ? GrowingPlaylist.master(text, plan: plan) : GrowingPlaylist.media(text, endingAt: seconds), to: path)
    }
  }
}
