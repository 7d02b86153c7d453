package import Contract
import PlaybackAPI
package import ServerKit
package import StorageKit

/// What a profile has watched.
package struct HistoryRoutes: Sendable {
  let settings: PlaybackSettings
  let database: ServiceDatabase
  let clock: WallClock

  /// Entries on a page where the caller names no limit.
  static let pageSize = 20
  /// Resume points are looked for among so many of the latest viewings.
  static let resumeWindow = 200

  package init(settings: PlaybackSettings, database: ServiceDatabase, clock: WallClock) {
    self.settings = settings
    self.database = database
    self.clock = clock
  }

  package func add(to routes: inout Routes) {
    routes.on(PlaybackEndpoints.history) { call in
      let viewer = try call.request.viewer(of: call.parameters.profile)
      return try history(
        of: viewer,
        limit: PageCursor.limit(call.parameters.limit, byDefault: Self.pageSize, atMost: settings.historyLimit),
        after: call.parameters.cursor.map { text throws(PlaybackError) in
          let (time, viewing) = try PageCursor.read(text)
          return HistoryCursor(lastWatchedAt: time, viewing: viewing)
        })
    }
    routes.on(PlaybackExportEndpoints.export) { call in
      try database.read { db in
        try ExportStore.export(of: call.parameters.profile, account: call.parameters.account, in: db)
      }
    }
    routes.answer(PlaybackEndpoints.resumePoints) { call in
      let viewer = try call.request.viewer(of: call.parameters.profile)
      return .json(
        try resumePoints(
          of: viewer,
          limit: PageCursor.limit(
            call.parameters.limit, byDefault: settings.resumePointsLimit, atMost: settings.resumePointsLimit)))
    }
  }

  private func history(of viewer: PlaybackViewer, limit: Int, after cursor: HistoryCursor?) throws -> Page<HistoryEntry>
  {
    let audience = viewer.audience(at: clock.now())
    let found = try database.read { db in
      try ViewingStore.history(
        of: viewer.profile, for: audience, after: cursor, limit: limit + 1, in: db)
    }
    let shown = found.prefix(limit)
    let next = found.count > limit ? shown.last.map { PageCursor.text($0.entry.lastWatchedAt, $0.viewing) } : nil
    return Page(items: shown.map(\.entry), next: next)
  }

  private func resumePoints(of viewer: PlaybackViewer, limit: Int) throws -> [UInt8] {
    var bytes = PlaybackBytes.resumePointsStart
    let audience = viewer.audience(at: clock.now())
    let rule = ResumeRule(fromShare: settings.resumeFromShare, untilShare: settings.resumeUntilShare)
    try database.read { db in
      try ViewingStore.forEachResumePoint(
        of: viewer.profile, for: audience, rule: rule, window: Self.resumeWindow, limit: limit,
        in: db
      ) { point in
        if bytes.count > PlaybackBytes.resumePointsStart.count { bytes.append(UInt8(ascii: ",")) }
        PlaybackBytes.append(point, to: &bytes)
      }
      bytes += PlaybackBytes.listStart
      var isFirst = true
      try ListStore.forEachTitle(
        of: viewer.profile, for: audience, limit: settings.listMaximum, in: db
      ) { title in
        PlaybackBytes.appendListed(title, isFirst: isFirst, to: &bytes)
        isFirst = false
      }
      bytes += PlaybackBytes.ratingsStart
      isFirst = true
      try RatingStore.forEach(
        of: viewer.profile, for: audience, limit: settings.ratingsMaximum, in: db
      ) { title, thumbs in
        PlaybackBytes.appendRated(title, thumbs, isFirst: isFirst, to: &bytes)
        isFirst = false
      }
    }
    return bytes + PlaybackBytes.ratingsEnd
  }
}
