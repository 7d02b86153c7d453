import Contract
import EncodingAPI
import EventKit
import NIOCore
import ServerKit
import StorageKit
import Synchronization

/// What happens to a job, told as it happens: server-sent events.
///
/// An event's id is the job's revision, a number of the database that grows with each change; so a listener that comes
/// back with `Last-Event-ID` hears what changed since, across restarts too. Between two events of one id a listener
/// may miss steps, never the latest state.
struct JobEventRoutes: Sendable {
  let database: ServiceDatabase
  let views: JobViews
  let news: Signal
  /// Of listeners at once.
  let places: ListenerPlaces
  /// A stream ends then; whoever still listens comes back with a token that is still good.
  let longestSeconds: Double

  func add(to routes: inout Routes) {
    routes.raw(EncodingEndpoints.jobEvents) { try listen($0) }
  }

  private func listen(_ call: RawCall) throws -> Answer {
    guard let id = call.parameter("job").flatMap(JobID.init) else { throw Problem.notFound("There is no such job.") }
    guard let job = try database.read({ try views.flow.jobs.record(id, in: $0) }) else {
      throw EncodingError.unknownJob(id)
    }
    let last = call.request.header("last-event-id").flatMap { Int($0) } ?? 0
    // Nothing more will come: to a listener this says not to come back.
    if job.state.isFinal, last == job.revision { return Answer(status: 204) }
    guard let place = places.take() else {
      throw Problem.unavailable("Too many listen to jobs already; ask again later.", retryAfterSeconds: 5)
    }
    let listener = JobListener(
      job: id, lastRevision: last <= job.revision ? last : 0, database: database, views: views, news: news,
      place: place, end: .now + .seconds(longestSeconds))
    let events = AsyncThrowingStream<ByteBuffer, any Error> { try await listener.next() }
    return Answer(
      status: 200,
      headers: [
        ("content-type", "text/event-stream"), ("cache-control", "no-store"), ("x-accel-buffering", "no"),
      ],
      body: .stream(length: nil, events))
  }
}

/// How many may listen at once.
final class ListenerPlaces: Sendable {
  private let limit: Int
  private let taken = Mutex(0)

  init(limit: Int) { self.limit = limit }

  /// Nil where all are taken; given back when the place goes.
  func take() -> Place? {
    taken.withLock { taken in
      guard taken < limit else { return nil }
      taken += 1
      return Place(places: self)
    }
  }

  final class Place: Sendable {
    private let places: ListenerPlaces
    fileprivate init(places: ListenerPlaces) { self.places = places }
    deinit { places.taken.withLock { $0 -= 1 } }
  }
}
