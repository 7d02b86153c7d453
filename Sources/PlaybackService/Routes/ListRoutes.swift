import Contract
import EventKit
import PlaybackAPI
package import ServerKit
package import StorageKit

/// My list, thumbs, and hiding from history. Saying again what is so already changes nothing and tells nothing.
package struct ListRoutes: Sendable {
  let settings: PlaybackSettings
  let database: ServiceDatabase
  let outbox: Outbox
  let prepareKey: PrepareEventKey
  let clock: WallClock

  package func add(to routes: inout Routes) {
    routes.on(ListEndpoints.list) { call in
      let viewer = try call.request.viewer(of: call.parameters.profile)
      return try list(of: viewer, call.parameters)
    }
    routes.on(ListEndpoints.add) { try await put($0) }
    routes.on(ListEndpoints.remove) { try await remove($0) }
    routes.on(ListEndpoints.rate) { try await rate($0) }
    routes.on(ListEndpoints.withdrawRating) { try await withdraw($0) }
    routes.on(ListEndpoints.hide) { try await hide($0) }
  }

  // MARK: - My list

  private func list(of viewer: PlaybackViewer, _ query: HistoryQuery) throws -> Page<ListEntry> {
    let limit = try PageCursor.limit(query.limit, byDefault: HistoryRoutes.pageSize, atMost: settings.historyLimit)
    let cursor = try query.cursor.map { text throws(PlaybackError) in
      let (time, id) = try PageCursor.read(text)
      return ListCursor(addedAt: time, entry: id)
    }
    let audience = viewer.audience(at: clock.now())
    let found = try database.read { db in
      try ListStore.entries(
        of: viewer.profile, for: audience, after: cursor, limit: limit + 1, in: db)
    }
    let shown = found.prefix(limit)
    let next = found.count > limit ? shown.last.map { PageCursor.text($0.entry.addedAt, $0.id) } : nil
    return Page(items: shown.map(\.entry), next: next)
  }

  private func put(_ call: Call<ListPath, Empty>) async throws -> Empty {
    try await write(call) { viewer, title, now, db in
      try requireVisible(title, to: viewer, at: now, in: db)
      guard try ListStore.add(title, to: viewer.profile, at: now, in: db) else { return }
      guard try ListStore.count(of: viewer.profile, in: db) <= settings.listMaximum else {
        throw PlaybackError.listFull(maximum: settings.listMaximum)
      }
      try tellList(title, isListed: true, by: viewer, at: now, call.request, in: db)
    }
  }

  private func remove(_ call: Call<ListPath, Empty>) async throws -> Empty {
    try await write(call) { viewer, title, now, db in
      guard try ListStore.remove(title, from: viewer.profile, in: db) else { return }
      try tellList(title, isListed: false, by: viewer, at: now, call.request, in: db)
    }
  }

  private func tellList(
    _ title: TitleID, isListed: Bool, by viewer: PlaybackViewer, at now: Timestamp, _ request: RequestInfo,
    in db: SQLSession
  ) throws {
    try outbox.append(
      ListChanged(
        profileId: viewer.profile, accountId: viewer.account, titleId: title, isListed: isListed, at: now),
      of: viewer.account, subject: viewer.profile.description, in: db, trace: request.context.trace)
  }

  // MARK: - Thumbs

  private func rate(_ call: Call<ListPath, NewRating>) async throws -> Empty {
    let thumbs = call.body.thumbs
    return try await write(call) { viewer, title, now, db in
      try requireVisible(title, to: viewer, at: now, in: db)
      let before = try RatingStore.thumbs(of: viewer.profile, for: title, in: db)
      guard before != thumbs else { return }
      if before == nil, try RatingStore.count(of: viewer.profile, in: db) >= settings.ratingsMaximum {
        throw PlaybackError.tooManyRatings(maximum: settings.ratingsMaximum)
      }
      try RatingStore.put(thumbs, for: title, by: viewer.profile, at: now, in: db)
      try tellRating(thumbs, of: title, by: viewer, at: now, call.request, in: db)
    }
  }

  private func withdraw(_ call: Call<ListPath, Empty>) async throws -> Empty {
    try await write(call) { viewer, title, now, db in
      guard try RatingStore.remove(title, of: viewer.profile, in: db) else { return }
      try tellRating(nil, of: title, by: viewer, at: now, call.request, in: db)
    }
  }

  private func tellRating(
    _ thumbs: Thumbs?, of title: TitleID, by viewer: PlaybackViewer, at now: Timestamp, _ request: RequestInfo,
    in db: SQLSession
  ) throws {
    try outbox.append(
      RatingChanged(profileId: viewer.profile, accountId: viewer.account, titleId: title, thumbs: thumbs, at: now),
      of: viewer.account, subject: viewer.profile.description, in: db, trace: request.context.trace)
  }

  // MARK: - History

  /// Hiding what is not in the history changes nothing, so that it does not tell what is.
  private func hide(_ call: Call<ListPath, Empty>) async throws -> Empty {
    try await write(call) { viewer, title, now, db in
      guard try ViewingStore.hide(title, of: viewer.profile, in: db) else { return }
      try outbox.append(
        ViewingHidden(profileId: viewer.profile, accountId: viewer.account, titleId: title, at: now),
        of: viewer.account, subject: viewer.profile.description, in: db, trace: call.request.context.trace)
    }
  }

  // MARK: - What all of them do

  /// One write about one title, by whom the gateway vouches for.
  private func write<Body: Sendable>(
    _ call: Call<ListPath, Body>,
    _ effect: @escaping @Sendable (PlaybackViewer, TitleID, _ now: Timestamp, SQLSession) throws -> Void
  ) async throws -> Empty {
    let viewer = try call.request.viewer(of: call.parameters.profile)
    let now = clock.now()
    await prepareKey(viewer.account)
    try await database.write { db in try effect(viewer, call.parameters.title, now, db) }
    return Empty()
  }

  /// A title that is unknown, or that the profile may not see, is not there for it.
  private func requireVisible(
    _ title: TitleID, to viewer: PlaybackViewer, at now: Timestamp, in db: SQLSession
  ) throws {
    guard let known = try TitleStore.title(title, in: db), known.isThere(for: viewer.audience(at: now)) else {
      throw PlaybackError.titleNotFound
    }
  }
}
