package import Contract

package struct Upload: Codable, Sendable, Hashable {
  package var id: UploadID
  package var bytes: Int
  /// Lower-case hexadecimal.
  package var sha256: String
  package var name: String?
  package var createdAt: Timestamp

  package init(id: UploadID, bytes: Int, sha256: String, name: String?, createdAt: Timestamp) {
    self.id = id
    self.bytes = bytes
    self.sha256 = sha256
    self.name = name
    self.createdAt = createdAt
  }
}

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

  package init(titleId: TitleID, source: JobSource) {
    self.titleId = titleId
    self.source = source
  }
}

package enum JobState: String, Codable, Sendable, CaseIterable {
  case queued, running, succeeded, failed, cancelled

  package var isFinal: Bool { self == .succeeded || self == .failed || self == .cancelled }
}

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
  /// One chunk of the film at every rung of the ladder.
  case encode
  case audio
  /// Poster, storyboard, and the source's scene cuts to check the result against.
  case survey
  /// The chunks of one rung made one.
  case join
  /// CMAF segments, HLS and DASH manifests.
  case package
  /// The gate before publishing.
  case check
  /// The checked folder appears in the media store, whole.
  case publish
  /// Intermediate files of an ended job go.
  case sweep
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
  /// Set once published.
  package var assetId: AssetID?
  /// Why it failed, in words a person can act on.
  package var failureReason: String?
  package var durationSeconds: Double?
  package var createdAt: Timestamp
  package var finishedAt: Timestamp?
  /// Absent in lists.
  package var tasks: [EncodingTask]?
  /// Best first; absent in lists, empty until the film has been probed.
  package var renditions: [Rendition]?

  package init(
    id: JobID, titleId: TitleID, state: JobState, progress: Double, source: JobSource, sourceName: String?,
    assetId: AssetID?, failureReason: String?, durationSeconds: Double?, createdAt: Timestamp,
    finishedAt: Timestamp?, tasks: [EncodingTask]? = nil, renditions: [Rendition]? = nil
  ) {
    self.id = id
    self.titleId = titleId
    self.state = state
    self.progress = progress
    self.source = source
    self.sourceName = sourceName
    self.assetId = assetId
    self.failureReason = failureReason
    self.durationSeconds = durationSeconds
    self.createdAt = createdAt
    self.finishedAt = finishedAt
    self.tasks = tasks
    self.renditions = renditions
  }
}

package struct EncodingTask: Codable, Sendable {
  package var id: EncodingTaskID
  package var kind: TaskKind
  /// Which of its kind: the chunk's or rung's number, from 0.
  package var ordinal: Int
  package var state: TaskState
  package var attempts: Int
  package var progress: Double
  /// Who holds or last held it.
  package var encoder: String?
  package var failureReason: String?

  package init(
    id: EncodingTaskID, kind: TaskKind, ordinal: Int, state: TaskState, attempts: Int, progress: Double,
    encoder: String?, failureReason: String?
  ) {
    self.id = id
    self.kind = kind
    self.ordinal = ordinal
    self.state = state
    self.attempts = attempts
    self.progress = progress
    self.encoder = encoder
    self.failureReason = failureReason
  }
}

package struct Rendition: Codable, Sendable, Hashable {
  /// `720p`: the short side in pixels.
  package var name: String
  package var width: Int
  package var height: Int
  /// Exact, as `30000/1001`.
  package var frameRate: String
  /// The encoder's cap.
  package var maximumBitrateKbps: Int
  /// What it came to; absent until packaged.
  package var averageBitrateKbps: Int?

  package init(
    name: String, width: Int, height: Int, frameRate: String, maximumBitrateKbps: Int, averageBitrateKbps: Int?
  ) {
    self.name = name
    self.width = width
    self.height = height
    self.frameRate = frameRate
    self.maximumBitrateKbps = maximumBitrateKbps
    self.averageBitrateKbps = averageBitrateKbps
  }
}
