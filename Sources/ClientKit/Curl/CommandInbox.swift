import Synchronization

/// What other threads ask of a loop's thread, in order; says when that thread has to be started or woken.
final class CommandInbox: Sendable {
  enum Command {
    case start(Transfer)
    /// Ends a transfer early; nothing happens where it has ended already.
    case end(Transfer, any Error)
    case resumeReceiving(StreamTransfer)
    case resumeSending(StreamTransfer)
    /// Ends the thread; the continuation hears of it.
    case stop(CheckedContinuation<Void, Never>?)
  }

  enum Acceptance {
    case accepted
    /// The first command: nobody reads the inbox yet.
    case startThread
    /// Nobody will ever read it again.
    case closed
  }

  private struct State {
    var commands: [Command] = []
    var isStarted = false
    var isAsleep = false
    var isClosed = false
  }

  private let state = Mutex(State())

  /// `wake` runs under the lock, so that what it wakes cannot go away meanwhile.
  func put(_ command: Command, wake: () -> Void) -> Acceptance {
    state.withLock { state in
      if state.isClosed { return .closed }
      if !state.isStarted {
        switch command {
        case .start: state.isStarted = true
        case .stop:
          state.isClosed = true
          return .closed
        case .end, .resumeReceiving, .resumeSending: break
        }
        state.commands.append(command)
        return state.isStarted ? .startThread : .accepted
      }
      state.commands.append(command)
      if state.isAsleep {
        state.isAsleep = false
        wake()
      }
      return .accepted
    }
  }

  /// Exchanges the commands there are for an empty array, whose memory is used again.
  func take(into commands: inout [Command]) {
    state.withLock { swap(&$0.commands, &commands) }
  }

  /// False where commands have come in the meantime.
  func fallAsleep() -> Bool {
    state.withLock { state in
      guard state.commands.isEmpty else { return false }
      state.isAsleep = true
      return true
    }
  }

  func awake() {
    state.withLock { $0.isAsleep = false }
  }

  /// Takes no more; returns what came last.
  func close() -> [Command] {
    state.withLock { state in
      state.isClosed = true
      defer { state.commands = [] }
      return state.commands
    }
  }
}
