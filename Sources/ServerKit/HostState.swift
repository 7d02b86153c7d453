import Synchronization

/// Whether a service wants requests.
final class HostState: Sendable {
  enum Phase: Int {
    case starting = 0
    case serving
    case draining
  }

  private let value = Atomic<Int>(0)

  var phase: Phase {
    get { Phase(rawValue: value.load(ordering: .relaxed)) ?? .draining }
    set { value.store(newValue.rawValue, ordering: .relaxed) }
  }
}
