import Contract
import EncodingAPI
import Logging
import Synchronization
import TelemetryKit

/// Collects what nobody needs any more in the media store: drafts of encoders that died, staging of jobs that ended,
/// films that no job published or that were taken back. Encoding says what is needed; while it cannot be asked nothing
/// goes, and a film it does not know is left to the operator: its database may be older than the store.
struct MediaSweep: Sendable {
  let store: any MediaStore
  let encoding: any Transport
  let instruments: MediaInstruments
  let logger: Logger

  /// How many films and jobs are looked at in one round.
  static let roundLimit = 10_000
  /// Staging of jobs unknown to encoding goes when nothing was written to it for so long.
  static let unknownStagingSeconds = 86_400.0
  static let callLimit: Duration = .seconds(10)

  /// One round over the whole store.
  func sweep(at now: Timestamp) async throws {
    try await sweepStaging(at: now)
    try await sweepAssets()
  }

  // MARK: - Staging

  private func sweepStaging(at now: Timestamp) async throws {
    let store = store
    let jobs = try await Blocking.run { try store.names(under: MediaPrefix.staging, atMost: Self.roundLimit) }
      .compactMap { JobID($0) }.sorted { "\($0)" < "\($1)" }
    var staged = 0
    for batch in jobs.batches(of: StoreFinds.limit) {
      let verdict = try await verdict(on: StoreFinds(jobs: batch))
      let ended = Set(verdict.endedJobs)
      let unknown = Set(verdict.unknownJobs)
      for job in batch {
        let prefix = MediaPrefix.staging(job)
        let extent = try await Blocking.run { try store.extent(of: prefix) }
        let isStale = extent.lastChange.adding(seconds: Self.unknownStagingSeconds) <= now
        if ended.contains(job) || unknown.contains(job) && isStale {
          try await collect(prefix, as: "staging", extent)
        } else {
          staged += extent.bytes - (try await sweepDrafts(of: job))
        }
      }
    }
    instruments.setBytes(staged, of: "staging")
  }

  /// Answers how many bytes it collected.
  private func sweepDrafts(of job: JobID) async throws -> Int {
    let store = store
    let prefix = MediaPrefix.staging(job)
    let drafts = try await Blocking.run { try store.names(under: prefix, atMost: Self.roundLimit) }
      .compactMap { name in MediaPrefix.token(ofDraft: name).map { (name: name, token: $0) } }
    var bytes = 0
    for batch in drafts.batches(of: StoreFinds.limit) {
      let ended = Set(try await verdict(on: StoreFinds(leases: batch.map(\.token))).endedLeases)
      for draft in batch where ended.contains(draft.token) {
        let extent = try await Blocking.run { try store.extent(of: "\(prefix)/\(draft.name)") }
        try await collect("\(prefix)/\(draft.name)", as: "draft", extent)
        bytes += extent.bytes
      }
    }
    return bytes
  }

  // MARK: - Films

  private func sweepAssets() async throws {
    let store = store
    let assets = try await Blocking.run { try store.names(under: "", atMost: Self.roundLimit) }
      .compactMap { AssetID($0) }.sorted { "\($0)" < "\($1)" }
    var published = 0
    var unknown = 0
    for batch in assets.batches(of: StoreFinds.limit) {
      let verdict = try await verdict(on: StoreFinds(assets: batch))
      let unpublished = Set(verdict.unpublishedAssets)
      unknown += verdict.unknownAssets.count
      for asset in batch {
        let extent = try await Blocking.run { try store.extent(of: MediaPrefix.asset(asset)) }
        if unpublished.contains(asset) {
          try await collect(MediaPrefix.asset(asset), as: "asset", extent)
        } else {
          published += extent.bytes
        }
      }
    }
    instruments.setBytes(published, of: "published")
    instruments.setUnknownAssets(unknown)
  }

  private func verdict(on finds: StoreFinds) async throws -> StoreVerdict {
    try await encoding.call(
      EncodingEndpoints.storeClaims, body: finds, in: .service(EncoderModule.name, within: Self.callLimit))
  }

  private func collect(_ prefix: String, as kind: String, _ extent: MediaExtent) async throws {
    let store = store
    try await Blocking.run { try store.delete(prefix) }
    instruments.count(extent.bytes, as: kind)
    logger.notice("Collected what nobody needs", metadata: ["what": "\(prefix)", "bytes": "\(extent.bytes)"])
  }
}

extension Array {
  /// In order, each of at most `count`.
  fileprivate func batches(of count: Int) -> [[Element]] {
    stride(from: 0, to: self.count, by: count).map { Array(self[$0..<Swift.min($0 + count, self.count)]) }
  }
}
