import Contract
import PlaybackAPI
import SecurityKit
package import ServerKit
package import StorageKit

/// What a profile has watched.
package struct HistoryRoutes: Sendable {
  let settings: PlaybackSettings
  let database: ServiceDatabase

  /// Entries on a page where the caller names no limit.
  static let pageSize = 20
  /// Resume points are looked for among so many of the latest viewings.
  static let resumeWindow = 200

  package init(settings: PlaybackSettings, database: ServiceDatabase) {
    self.settings = settings
    self.database = database
  }

  package func add(to routes: inout Routes) {
    routes.on(PlaybackEndpoints.history) { call in
      let viewer = try call.request.viewer(of: call.parameters.profile)
      return try history(
        of: viewer, limit: bounded(call.parameters.limit, byDefault: Self.pageSize, atMost: settings.historyLimit),
        after: call.parameters.cursor.map(cursor))
    }
    routes.answer(PlaybackEndpoints.resumePoints) { call in
      let viewer = try call.request.viewer(of: call.parameters.profile)
      return .json(
        try resumePoints(
          of: viewer,
          limit: bounded(
            call.parameters.limit, byDefault: settings.resumePointsLimit, atMost: settings.resumePointsLimit)))
    }
  }

  private func history(of viewer: PlaybackViewer, limit: Int, after cursor: HistoryCursor?) throws -> Page<HistoryEntry>
  {
    let found = try database.read { db in
      try ViewingStore.history(
        of: viewer.profile, maturityLimit: viewer.maturityLimit, after: cursor, limit: limit + 1, in: db)
    }
    let shown = found.prefix(limit)
    let next = found.count > limit ? shown.last.map { text(of: $0.entry.lastWatchedAt, $0.viewing) } : nil
    return Page(items: shown.map(\.entry), next: next)
  }

  private func resumePoints(of viewer: PlaybackViewer, limit: Int) throws -> [UInt8] {
    var bytes = PlaybackBytes.resumePointsStart
    let rule = ResumeRule(fromShare: settings.resumeFromShare, untilShare: settings.resumeUntilShare)
    try database.read { db in
      try ViewingStore.forEachResumePoint(
        of: viewer.profile, maturityLimit: viewer.maturityLimit, rule: rule, window: Self.resumeWindow, limit: limit,
        in: db
      ) { point in
        if bytes.count > PlaybackBytes.resumePointsStart.count { bytes.append(UInt8(ascii: ",")) }
        PlaybackBytes.append(point, to: &bytes)
      }
    }
    return bytes + PlaybackBytes.resumePointsEnd
  }

  // MARK: - Limits and cursors

  private func bounded(_ limit: Int?, byDefault: Int, atMost most: Int) throws(PlaybackError) -> Int {
    let limit = limit ?? byDefault
    guard (1...most).contains(limit) else {
      throw .fieldOutOfBounds(field: "limit", message: "must be 1 to \(most)")
    }
    return limit
  }

  private func text(of lastWatchedAt: Timestamp, _ viewing: Int64) -> String {
    Base64URL.encode(Array("\(lastWatchedAt.milliseconds).\(viewing)".utf8))
  }

  private func cursor(_ text: String) throws(PlaybackError) -> HistoryCursor {
    guard text.utf8.count <= 64, let bytes = Base64URL.decode(text) else { throw .cursorMalformed }
    let parts = String(decoding: bytes, as: UTF8.self).split(separator: ".").map { Int64($0) }
    guard parts.count == 2, let milliseconds = parts[0], let viewing = parts[1] else { throw .cursorMalformed }
    return HistoryCursor(lastWatchedAt: Timestamp(milliseconds: milliseconds), viewing: viewing)
  }
}
