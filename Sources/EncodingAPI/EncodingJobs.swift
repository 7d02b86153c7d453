package import Contract

/// Exactly one of the two.
package struct JobSource: Codable, Sendable, Hashable {
  package var uploadId: UploadID?
  /// An absolute path on the encoding service's machine, under one of its source folders.
  package var path: String?

  package init(uploadId: UploadID? = nil, path: String? = nil) {
    self.uploadId = uploadId
    self.path = path
  }
}

package struct NewJob: Codable, Sendable {
  package var titleId: TitleID
  package var source: JobSource
  package var options: JobOptions?

  package init(titleId: TitleID, source: JobSource, options: JobOptions? = nil) {
    self.titleId = titleId
    self.source = source
    self.options = options
  }
}

extension NewJob {
  /// Every upload that the job reads.
  package var uploadIds: [UploadID] {
    ([source] + (options?.subtitles ?? []).map(\.source)).compactMap(\.uploadId)
  }
}

/// What of a job can be changed while it has not ended.
package struct JobChange: Codable, Sendable {
  package var priority: JobPriority

  package init(priority: JobPriority) {
    self.priority = priority
  }
}

package enum JobState: String, Codable, Sendable, CaseIterable {
  case queued, running, succeeded, failed, cancelled

  package var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
}

package struct EncodingJob: Codable, Sendable {
  package var id: JobID
  package var titleId: TitleID
  package var state: JobState
  /// 0 to 1, never falling.
  package var progress: Double
  package var source: JobSource
  /// The label given at upload, or the file's name.
  package var sourceName: String?
  package var options: JobOptions
  /// Set once it can be played.
  package var assetId: AssetID?
  /// Since when it can be played, be it only the beginning so far.
  package var playableAt: Timestamp?
  /// Why it failed, in words a person can act on.
  package var failureReason: String?
  package var durationSeconds: Double?
  package var createdAt: Timestamp
  /// When its first task was leased.
  package var startedAt: Timestamp?
  package var finishedAt: Timestamp?
  /// Seconds of film done per second since it started; absent in lists.
  package var speed: Double?
  /// Until it ends, as far as can be known now; absent in lists, and while nothing is known or nobody works on it.
  package var secondsLeft: Double?
  /// What nobody who is there can give: an encoder, one that can do this or that, space. Absent in lists.
  package var waitingFor: String?
  /// What is in the source; absent in lists and until the film has been probed.
  package var film: SourceFacts?
  /// Sound and text; absent in lists and until the film has been probed.
  package var tracks: AssetTracks?
  /// Absent in lists.
  package var tasks: [EncodingTask]?
  /// Best first; absent in lists, empty until the film has been probed.
  package var renditions: [Rendition]?
  /// How the ladder was chosen; absent in lists and until then.
  package var ladder: LadderReport?
  /// What the gate before publishing found; absent in lists, empty until then.
  package var checks: [CheckResult]?

  package init(
    id: JobID, titleId: TitleID, state: JobState, progress: Double, source: JobSource, sourceName: String?,
    options: JobOptions, assetId: AssetID?, playableAt: Timestamp?, failureReason: String?, durationSeconds: Double?,
    createdAt: Timestamp, startedAt: Timestamp? = nil, finishedAt: Timestamp?, tasks: [EncodingTask]? = nil,
    renditions: [Rendition]? = nil
  ) {
    self.id = id
    self.titleId = titleId
    self.state = state
    self.progress = progress
    self.source = source
    self.sourceName = sourceName
    self.options = options
    self.assetId = assetId
    self.playableAt = playableAt
    self.failureReason = failureReason
    self.durationSeconds = durationSeconds
    self.createdAt = createdAt
    self.startedAt = startedAt
    self.finishedAt = finishedAt
    self.tasks = tasks
    self.renditions = renditions
  }
}
