import Contract
import EventKit
import Synchronization

/// A bus in memory, to be broken at will.
final class MemoryBus: EventBus, DeadLetterOffice {
  struct Faults {
    var isAway = false
    /// Hands out every event this many times.
    var copies = 1
    /// Numbers it has lost.
    var lost: Set<Int> = []
    /// Numbers in which one bit is flipped.
    var flipped: Set<Int> = []
  }

  private struct State {
    var streams: [String: [(epoch: String, first: Int64, events: [[UInt8]])]] = [:]
    var faults = Faults()
    var letters: [DeadLetterID: NewDeadLetter] = [:]
    var redriving: Set<DeadLetterID> = []
    var reports: [ConsumerReport] = []
    var publishedBatches: [EventBatch] = []
    var onRead: @Sendable (EventPosition?) -> Void = { _ in }
  }

  struct Away: Error {}

  private let state = Mutex(State())
  private let news = Signal()

  func publish(_ batch: EventBatch) async throws -> PublishReceipt {
    let receipt = try state.withLock { state in
      if state.faults.isAway { throw Away() }
      state.publishedBatches.append(batch)
      var streams = state.streams[batch.source] ?? []
      let index = streams.firstIndex { $0.epoch == batch.epoch }
      let held = index.map { streams[$0].first + Int64(streams[$0].events.count) - 1 } ?? 0
      guard batch.first <= held + 1 || batch.first == batch.oldest else {
        return PublishReceipt(outcome: .gap, lastHeld: held)
      }
      guard batch.last > held else { return PublishReceipt(outcome: .accepted, lastHeld: held) }
      let new = batch.events.suffix(Int(batch.last - max(held, batch.first - 1)))
      if let index, batch.first <= held + 1 {
        streams[index].events += new
      } else {
        streams.removeAll { $0.epoch == batch.epoch }
        streams.append((batch.epoch, batch.first, batch.events))
      }
      state.streams[batch.source] = streams
      return PublishReceipt(outcome: .accepted, lastHeld: batch.last)
    }
    news.raise()
    return receipt
  }

  func lastHeld(source: String, epoch: String) async throws -> Int64 {
    try state.withLock { state in
      if state.faults.isAway { throw Away() }
      guard let stream = state.streams[source]?.first(where: { $0.epoch == epoch }) else { return 0 }
      return stream.first + Int64(stream.events.count) - 1
    }
  }

  func read(
    source: String, after position: EventPosition?, limit: Int, waiting: Duration
  ) async throws -> EventPage {
    state.withLock(\.onRead)(position)
    let deadline = ContinuousClock.now + waiting
    while true {
      let seen = news.generation
      let page = try page(source, after: position, limit: limit)
      if !page.events.isEmpty || .now >= deadline || Task.isCancelled { return page }
      await news.wait(beyond: seen, atMost: deadline - .now)
    }
  }

  private func page(_ source: String, after position: EventPosition?, limit: Int) throws -> EventPage {
    try state.withLock { state in
      if state.faults.isAway { throw Away() }
      guard let stream = state.streams[source]?.last else { return EventPage(epoch: nil, events: []) }
      let after = position?.epoch == stream.epoch ? position?.seq ?? 0 : 0
      var events: [[UInt8]] = []
      for (offset, event) in stream.events.enumerated() {
        let seq = stream.first + Int64(offset)
        guard seq > after, events.count < limit, !state.faults.lost.contains(Int(seq)) else { continue }
        var bytes = event
        if state.faults.flipped.contains(Int(seq)) { bytes[bytes.count / 2] ^= 0x10 }
        events += Array(repeating: bytes, count: state.faults.copies)
      }
      return EventPage(epoch: stream.epoch, events: events)
    }
  }

  func accept(_ letter: NewDeadLetter) async throws {
    try state.withLock { state in
      if state.faults.isAway { throw Away() }
      state.letters[letter.id] = letter
      state.redriving.remove(letter.id)
    }
  }

  func report(_ report: ConsumerReport) async throws -> ConsumerOrders {
    try state.withLock { state in
      if state.faults.isAway { throw Away() }
      state.reports.append(report)
      state.redriving.formIntersection(report.deadLetters)
      return ConsumerOrders(
        redrive: Array(state.redriving), resend: report.deadLetters.filter { state.letters[$0] == nil })
    }
  }

  // MARK: - For the tests

  func set(_ change: (inout Faults) -> Void) {
    state.withLock { change(&$0.faults) }
    news.raise()
  }

  /// As if its file had been deleted.
  func loseEverything() { state.withLock { $0.streams = [:] } }

  /// Has `body` called with the position of every read that begins.
  func onRead(_ body: @escaping @Sendable (EventPosition?) -> Void) { state.withLock { $0.onRead = body } }

  func redriveAll() { state.withLock { $0.redriving = Set($0.letters.keys) } }

  /// Events of all sources that it holds.
  var heldCount: Int { state.withLock { $0.streams.values.joined().map(\.events.count).reduce(0, +) } }

  var letters: [NewDeadLetter] { state.withLock { Array($0.letters.values) } }
  var lastReport: ConsumerReport? { state.withLock { $0.reports.last } }
  var publishedBatches: [EventBatch] { state.withLock { $0.publishedBatches } }
}
