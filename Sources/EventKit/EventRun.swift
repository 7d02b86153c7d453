import Contract

/// Collects the events that follow a position without a gap; ends at the first that does not.
struct EventRun: Sendable {
  private(set) var events: [Event] = []
  /// Whether something came that does not follow: a gap, another epoch, or bytes that are no intact event.
  private(set) var isBroken = false
  /// What the first event follows.
  let start: EventPosition?
  private let source: String
  private var last: EventPosition?

  /// After the last event taken.
  var position: EventPosition? { last }

  /// - Parameter position: nil to begin with whatever epoch comes first, at its first event.
  init(source: String, after position: EventPosition?) {
    self.source = source
    start = position
    last = position
  }

  /// False where reading has to stop. What was taken before is passed over.
  mutating func take(_ line: [UInt8]) -> Bool {
    guard let event = try? Event(json: line), event.header.source == source else { return end() }
    let header = event.header
    let last = last ?? EventPosition(epoch: header.epoch, seq: 0)
    guard header.epoch == last.epoch else { return end() }
    if header.seq <= last.seq { return true }
    guard header.seq == last.seq + 1 else { return end() }
    events.append(event)
    self.last = EventPosition(epoch: header.epoch, seq: header.seq)
    return true
  }

  private mutating func end() -> Bool {
    isBroken = true
    return false
  }
}
