import EncodingAPI

extension TaskPerformer {
  /// The film as this machine sees it; nil where the task reads only what other tasks made.
  func source(of lease: TaskLease) async throws -> LocalSource? {
    switch lease.work.kind {
    case .join, .package, .preview, .check, .encrypt, .publish, .sweep: return nil
    case .sample, .encode, .survey, .quality:
      if lease.inputs.contains(where: { $0.kind == .conform }) { return nil }
    case .subtitle:
      // Subtitles in a file of their own are read from there: that file is the task's source.
      let tracks = lease.work.plan?.subtitles ?? []
      if tracks.indices.contains(lease.work.ordinal), let file = tracks[lease.work.ordinal].file {
        return try await sources.local(file, for: lease)
      }
    case .probe, .conform, .audio: break
    }
    return try await sources.local(lease.work.source, for: lease)
  }
}
