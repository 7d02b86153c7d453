import Contract
import EncodingAPI
import EventKit
import NIOCore
import ServiceLifecycle
import StorageKit

/// One who listens to a job: what it has heard, and what it is to hear next.
actor JobListener {
  private let job: JobID
  private var lastRevision: Int
  private let database: ServiceDatabase
  private let views: JobViews
  private let news: Signal
  private let place: ListenerPlaces.Place
  private let end: ContinuousClock.Instant
  private var isFirst = true
  private var hasEnded = false
  private var lastSummary: [UInt8] = []
  private var lastSent = ContinuousClock.now

  /// Something is sent at least this often, so that nobody on the way takes the stream for dead.
  static let heartbeat: Duration = .seconds(10)
  /// Changes within this time are told together.
  static let pause: Duration = .milliseconds(250)
  /// A service that stops must not wait for those who listen, so they look up this often.
  static let lookUp: Duration = .milliseconds(500)

  init(
    job: JobID, lastRevision: Int, database: ServiceDatabase, views: JobViews, news: Signal,
    place: ListenerPlaces.Place, end: ContinuousClock.Instant
  ) {
    self.job = job
    self.lastRevision = lastRevision
    self.database = database
    self.views = views
    self.news = news
    self.place = place
    self.end = end
  }

  /// The next piece of the stream; nil at its end.
  func next() async throws -> ByteBuffer? {
    if isFirst {
      isFirst = false
      return ByteBuffer(string: "retry: 1000\n\n")
    }
    while !hasEnded, !Task.isCancelled, !Task.isShuttingDownGracefully, .now < end {
      let seen = news.generation
      if let events = try changes() {
        lastSent = .now
        return ByteBuffer(string: events)
      }
      if lastSent + Self.heartbeat <= .now {
        lastSent = .now
        return ByteBuffer(string: try reminder())
      }
      await news.wait(beyond: seen, atMost: Self.lookUp)
      let early = lastSent + Self.pause - .now
      if early > .zero { try await Task.sleep(for: early) }
    }
    return nil
  }

  /// What changed since the last event, as events; the last carries the id, so that one cut off before is sent again.
  private func changes() throws -> String? {
    try database.read { db in
      guard let record = try views.flow.jobs.record(job, in: db) else {
        hasEnded = true
        return nil
      }
      guard record.revision > lastRevision else { return nil }
      var text = ""
      for task in try views.flow.tasks.tasks(of: job, changedAfter: lastRevision, in: db) {
        text += "event: task\ndata: \(String(decoding: try JSON.encode(task), as: UTF8.self))\n\n"
      }
      lastSummary = try JSON.encode(views.summary(job, in: db))
      lastRevision = record.revision
      hasEnded = record.state.isFinal
      return text + summaryEvent
    }
  }

  /// Time left and what the job waits for change without a change of the job.
  private func reminder() throws -> String {
    let summary = try database.read { try JSON.encode(views.summary(job, in: $0)) }
    guard summary != lastSummary else { return ": still here\n\n" }
    lastSummary = summary
    return summaryEvent
  }

  private var summaryEvent: String {
    "id: \(lastRevision)\nevent: job\ndata: \(String(decoding: lastSummary, as: UTF8.self))\n\n"
  }
}
