package import Contract

/// The whole film as it will be encoded; the same in every task of a job.
package struct FilmPlan: Codable, Sendable, Hashable {
  package var frameRate: FrameRate
  package var frameCount: Int
  /// Frames of a group of pictures; segments and chunks are multiples.
  package var groupFrames: Int
  package var segmentFrames: Int
  /// Where the first picture is on the file's own clock, counted from the file's start.
  package var firstPictureSeconds: Double
  /// By codec, H.264 first; of each the best first.
  package var rungs: [Rung]
  /// x264's name for how much work a frame is worth.
  package var preset: String
  /// The default first; empty for a silent film.
  package var audio: [AudioTrackPlan]
  package var subtitles: [SubtitleTrackPlan]
  /// At which renditions are compared with the source: that of the best that could be made of it.
  package var comparisonSize: PictureSize?
  /// Absent for a film in the clear.
  package var encryption: EncryptionScheme?
  /// Of the pictures that chunks are cut from.
  package var colour: ColourTags

  package init(
    frameRate: FrameRate, frameCount: Int, groupFrames: Int, segmentFrames: Int, firstPictureSeconds: Double,
    rungs: [Rung], preset: String, audio: [AudioTrackPlan] = [],
    subtitles: [SubtitleTrackPlan] = [], encryption: EncryptionScheme? = nil, colour: ColourTags = .bt709
  ) {
    self.frameRate = frameRate
    self.frameCount = frameCount
    self.groupFrames = groupFrames
    self.segmentFrames = segmentFrames
    self.firstPictureSeconds = firstPictureSeconds
    self.rungs = rungs
    self.preset = preset
    self.audio = audio
    self.subtitles = subtitles
    self.encryption = encryption
    self.colour = colour
  }

  /// The ladder of one codec, best first.
  package func rungs(of codec: VideoCodec) -> [Rung] { rungs.filter { $0.codec == codec } }

  package var durationSeconds: Double { frameRate.seconds(ofFrames: frameCount) }
}
