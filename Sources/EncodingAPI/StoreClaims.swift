package import Contract

/// What an encoder found in the media store, to hear what of it somebody still needs. At most ``limit`` of each.
package struct StoreFinds: Codable, Sendable {
  package static let limit = 500
  package var jobs: [JobID]
  package var assets: [AssetID]
  /// Tokens of leases under which drafts were begun.
  package var leases: [Int]

  package init(jobs: [JobID] = [], assets: [AssetID] = [], leases: [Int] = []) {
    self.jobs = jobs
    self.assets = assets
    self.leases = leases
  }
}

/// What of it may go, and what nobody knows. Whatever is in neither is needed.
package struct StoreVerdict: Codable, Sendable {
  /// Ended long enough ago: nobody works on them any more.
  package var endedJobs: [JobID]
  package var unknownJobs: [JobID]
  /// Their jobs ended without publishing them, or took them back long enough ago: nobody plays them any more.
  package var unpublishedAssets: [AssetID]
  package var unknownAssets: [AssetID]
  package var endedLeases: [Int]

  package init(
    endedJobs: [JobID] = [], unknownJobs: [JobID] = [], unpublishedAssets: [AssetID] = [],
    unknownAssets: [AssetID] = [], endedLeases: [Int] = []
  ) {
    self.endedJobs = endedJobs
    self.unknownJobs = unknownJobs
    self.unpublishedAssets = unpublishedAssets
    self.unknownAssets = unknownAssets
    self.endedLeases = endedLeases
  }
}
