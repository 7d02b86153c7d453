package import Contract

package enum TaskState: String, Codable, Sendable, CaseIterable {
  /// Waits for other tasks.
  case blocked
  case ready
  case leased
  case succeeded
  case failed
  case cancelled
}

package enum TaskKind: String, Codable, Sendable, CaseIterable {
  /// What is in the file, and can it be handled?
  case probe
  /// A constant-frame-rate, progressive, exactly seekable copy, where the source is none.
  case conform
  /// What short windows of the film come to at several sizes and rate factors, for a ladder of its own.
  case sample
  /// One chunk of the film at every rung of the ladder.
  case encode
  case audio
  /// The film's beginning, as far as it is encoded, appears in the media store to be played: progressive publish.
  case preview
  /// One track of subtitles, made WebVTT.
  case subtitle
  /// Poster, storyboard, and the source's scene cuts to check the result against.
  case survey
  /// The chunks of one rung made one.
  case join
  /// One joined rung beside its source.
  case quality
  /// CMAF segments, HLS and DASH manifests.
  case package
  /// The gate before publishing.
  case check
  /// What was checked, encrypted: only where the job asks for it.
  case encrypt
  /// The checked folder appears in the media store, whole.
  case publish
  /// Intermediate files of an ended job go.
  case sweep
}

package struct EncodingTask: Codable, Sendable, Hashable {
  package var id: EncodingTaskID
  package var kind: TaskKind
  /// Which of its kind: the chunk's or rung's number, from 0.
  package var ordinal: Int
  package var state: TaskState
  /// The tasks that must have succeeded before it: the edges of the graph.
  package var needs: [EncodingTaskID]
  package var attempts: Int
  /// 0 to 1.
  package var progress: Double
  /// Seconds of film done per second of work; absent where that says nothing.
  package var speed: Double?
  /// Who holds or last held it.
  package var encoder: String?
  /// When its present or last attempt began, and when it ended.
  package var startedAt: Timestamp?
  package var endedAt: Timestamp?
  package var failureReason: String?
  /// Of the attempt that succeeded.
  package var usage: TaskUsage?

  package init(
    id: EncodingTaskID, kind: TaskKind, ordinal: Int, state: TaskState, needs: [EncodingTaskID] = [], attempts: Int,
    progress: Double, speed: Double? = nil, encoder: String?, startedAt: Timestamp? = nil, endedAt: Timestamp? = nil,
    failureReason: String?, usage: TaskUsage? = nil
  ) {
    self.id = id
    self.kind = kind
    self.ordinal = ordinal
    self.state = state
    self.needs = needs
    self.attempts = attempts
    self.progress = progress
    self.speed = speed
    self.encoder = encoder
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.failureReason = failureReason
    self.usage = usage
  }
}
