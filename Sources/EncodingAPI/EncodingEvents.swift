package import Contract

/// Subject: the title's id. The asset is in the media store: the title can be played.
package struct AssetPublished: EventBody {
  package static let type = "encoding.asset.published.v1"
  package var assetId: AssetID
  package var titleId: TitleID
  package var jobId: JobID
  package var durationSeconds: Double
  /// Height in pixels of the best rendition.
  package var maxHeight: Int
  /// False where only the film's beginning is there and grows; the same asset is told again when it is whole and
  /// checked. Absent, as in events of before there was such a thing: true.
  package var isComplete: Bool?
  /// Absent in events of before a film could have more than one.
  package var tracks: MediaTracks?

  package init(
    assetId: AssetID, titleId: TitleID, jobId: JobID, durationSeconds: Double, maxHeight: Int, isComplete: Bool? = nil,
    tracks: MediaTracks? = nil
  ) {
    self.assetId = assetId
    self.titleId = titleId
    self.jobId = jobId
    self.durationSeconds = durationSeconds
    self.maxHeight = maxHeight
    self.isComplete = isComplete
    self.tracks = tracks
  }
}

/// Subject: the title's id. What was published of the film before it was complete is taken back, because its job did
/// not end well; its files go once those who play it have had time to end.
package struct AssetWithdrawn: EventBody {
  package static let type = "encoding.asset.withdrawn.v1"
  package var assetId: AssetID
  package var titleId: TitleID
  package var jobId: JobID

  package init(assetId: AssetID, titleId: TitleID, jobId: JobID) {
    self.assetId = assetId
    self.titleId = titleId
    self.jobId = jobId
  }
}

/// Subject: the title's id. Nothing of the job is published, or is any more.
package struct JobFailed: EventBody {
  package static let type = "encoding.job.failed.v1"
  package var jobId: JobID
  package var titleId: TitleID
  package var reason: String

  package init(jobId: JobID, titleId: TitleID, reason: String) {
    self.jobId = jobId
    self.titleId = titleId
    self.reason = reason
  }
}
