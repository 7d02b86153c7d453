package import Contract

/// Subject: the title's id. Every file of the asset is in the media store, checked: the title can be played.
package struct AssetPublished: EventBody {
  package static let type = "encoding.asset.published.v1"
  package var assetId: AssetID
  package var titleId: TitleID
  package var jobId: JobID
  package var durationSeconds: Double
  /// Height in pixels of the best rendition.
  package var maxHeight: Int

  package init(assetId: AssetID, titleId: TitleID, jobId: JobID, durationSeconds: Double, maxHeight: Int) {
    self.assetId = assetId
    self.titleId = titleId
    self.jobId = jobId
    self.durationSeconds = durationSeconds
    self.maxHeight = maxHeight
  }
}

/// Subject: the title's id. Nothing was published.
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
