/// One size of the ladder and its cap.
package struct Rung: Codable, Sendable, Hashable {
  package var name: String
  package var width: Int
  package var height: Int
  package var constantRateFactor: Int
  package var maximumBitrateKbps: Int

  package init(name: String, width: Int, height: Int, constantRateFactor: Int, maximumBitrateKbps: Int) {
    self.name = name
    self.width = width
    self.height = height
    self.constantRateFactor = constantRateFactor
    self.maximumBitrateKbps = maximumBitrateKbps
  }
}

/// The whole film as it will be encoded; the same in every task of a job.
package struct FilmPlan: Codable, Sendable, Hashable {
  package var frameRate: FrameRate
  package var frameCount: Int
  /// Frames of a group of pictures; segments and chunks are multiples.
  package var groupFrames: Int
  package var segmentFrames: Int
  /// Where the first picture is on the file's own clock, counted from the file's start.
  package var firstPictureSeconds: Double
  /// Best first.
  package var rungs: [Rung]
  /// x264's name for how much work a frame is worth.
  package var preset: String
  /// The default first; empty for a silent film.
  package var audio: [AudioTrackPlan]
  package var subtitles: [SubtitleTrackPlan]

  package init(
    frameRate: FrameRate, frameCount: Int, groupFrames: Int, segmentFrames: Int, firstPictureSeconds: Double,
    rungs: [Rung], preset: String, audio: [AudioTrackPlan] = [],
    subtitles: [SubtitleTrackPlan] = []
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
  }

  package var durationSeconds: Double { frameRate.seconds(ofFrames: frameCount) }
}
