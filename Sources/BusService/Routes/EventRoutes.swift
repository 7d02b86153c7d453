import Contract
import EventKit
import NIOCore
import ServerKit
import ServiceLifecycle

/// Publishing and reading.
struct EventRoutes: Sendable {
  let log: EventLogStore
  let signals: SourceSignals
  let settings: BusSettings

  func add(to routes: inout Routes) {
    routes.raw(BusEndpoints.publish) { call in try await publish(call) }
    routes.on(BusEndpoints.lastHeld) { call in
      LastHeld(seq: try log.lastHeld(source: call.parameters.source, epoch: call.parameters.epoch))
    }
    routes.answer(BusEndpoints.read, waits: true) { call in try await read(call.parameters) }
  }

  private func publish(_ call: RawCall) async throws -> Answer {
    let query = call.request.target.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
    guard let pairs = PercentEncoding.query(query) else { throw BusError.batchUnreadable("its query is malformed") }
    let parameters = try ParameterDecoder.decode(PublishParameters.self, from: pairs)
    let body = try await call.body.collect(upTo: BusEndpoints.publish.bodyLimitBytes)
    let events = JSONLines.split(Array(buffer: body))
    guard parameters.first > 0, !parameters.epoch.isEmpty, parameters.source.hasPrefix("/") else {
      throw BusError.batchUnreadable("it does not say where it stands")
    }
    guard events.count == parameters.count, events.count <= EventLimits.batchCount else {
      throw BusError.batchUnreadable("it has \(events.count) events")
    }
    guard events.allSatisfy(Event.isIntact) else { throw BusError.batchUnreadable("an event is damaged") }
    let receipt = try await log.append(
      EventBatch(
        source: parameters.source, epoch: parameters.epoch, first: parameters.first, oldest: parameters.oldest,
        events: events))
    signals[parameters.source].raise()
    return .json(try JSON.encode(receipt))
  }

  /// Answers at once where there is something, else when something comes, at the latest after the time asked for.
  private func read(_ parameters: ReadParameters) async throws -> Answer {
    let wait = min(max(0, parameters.waitMilliseconds ?? 0), settings.longestWaitMilliseconds)
    let deadline = Deadline.after(.milliseconds(wait))
    let limit = min(max(1, parameters.limit ?? EventLimits.batchCount), EventLimits.batchCount)
    let position = parameters.epoch.map { EventPosition(epoch: $0, seq: parameters.after ?? 0) }
    let signal = signals[parameters.source]
    let page = try await withGracefulShutdownHandler {
      while true {
        let seen = signal.generation
        let page = try log.page(source: parameters.source, after: position, limit: limit)
        if !page.events.isEmpty || deadline.hasPassed || Task.isShuttingDownGracefully || Task.isCancelled {
          return page
        }
        await signal.wait(beyond: seen, atMost: deadline.remaining)
      }
    } onGracefulShutdown: {
      signal.raise()
    }
    var answer = Answer.json(JSONLines.join(page.events))
    answer.headers = [("content-type", JSONLines.contentType)]
    if let epoch = page.epoch { answer.headers.append((EventHeaders.epoch, epoch)) }
    return answer
  }
}
