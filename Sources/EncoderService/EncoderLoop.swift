import Contract
import EncodingAPI
import Glibc
import Logging
import ServiceLifecycle
import Synchronization
import TelemetryKit

/// Leases a task, does it, reports it; again and again until told to stop.
struct EncoderLoop: Service {
  let name: String
  let performer: TaskPerformer
  let encoding: any Transport
  let reserveBytes: Int
  /// What it says of itself, but for the space that is free now.
  let facts: WorkerFacts
  let logger: Logger
  let instruments: EncoderInstruments

  static let waitSeconds = 15
  static let shortOfSpaceBytes = 4 << 30
  static let callLimit: Duration = .seconds(5)
  /// A result is offered for so long: encoding may be on its way up again.
  static let reportPatience: Duration = .seconds(120)
  static let pauseAfterFault: Duration = .seconds(1)

  func run() async throws {
    // Stopping cancels the task at hand: its program is ended, its lease given back.
    await cancelWhenGracefulShutdown {
      var isAway = false
      var room = RoomWatch(reserveBytes: reserveBytes)
      while !Task.isCancelled {
        do {
          if let lease = try await lease(room) {
            let hadRoom = await work(lease)
            room.note(hadRoom: hadRoom, freeBytes: performer.store.freeBytes)
          }
          isAway = false
        } catch is CancellationError {
          return
        } catch {
          if !isAway { logger.warning("No lease could be asked for", metadata: ["error": "\(error)"]) }
          isAway = true
          try? await Task.sleep(for: Self.pauseAfterFault)
        }
      }
    }
  }

  /// Where there is no room, still for what needs none: sweeping makes some.
  private func lease(_ room: RoomWatch) async throws -> TaskLease? {
    let free = performer.store.freeBytes
    var facts = facts
    facts.freeBytes = room.suffices(freeBytes: free) ? max(0, free - reserveBytes) : 0
    // What is free now must not be old when something becomes ready.
    let waitSeconds = facts.freeBytes < Self.shortOfSpaceBytes ? 1 : Self.waitSeconds
    return try await encoding.call(
      EncodingEndpoints.lease, body: LeaseRequest(encoder: name, waitSeconds: waitSeconds, facts: facts),
      in: .service(EncoderModule.name, within: .seconds(waitSeconds + 10))
    ).lease
  }

  // MARK: - One task

  private enum End: Sendable {
    case done(TaskOutput)
    case failed(EncodingFault)
    case stopped
    /// Somebody else's by now, or cancelled: nothing to report.
    case lost
  }

  /// False where the media store was full.
  private func work(_ lease: TaskLease) async -> Bool {
    let begun = ContinuousClock.now
    let end = await attempt(lease)
    let seconds = (ContinuousClock.now - begun) / .seconds(1)
    let report: TaskReport
    switch end {
    case .done(let output):
      report = TaskReport(token: lease.token, outcome: .succeeded, output: output, seconds: seconds)
    case .failed(let fault):
      logger.warning(
        "A task failed", metadata: ["task": "\(lease.task)", "kind": "\(lease.work.kind)", "reason": "\(fault.reason)"])
      report = TaskReport(
        token: lease.token, outcome: fault.isRetryable ? .retryableFailure : .permanentFailure, reason: fault.reason,
        damaged: fault.damagedInputs, cause: fault.cause, seconds: seconds)
    case .stopped:
      report = TaskReport(token: lease.token, outcome: .released)
    case .lost:
      logger.notice("A lease was lost", metadata: ["task": "\(lease.task)", "kind": "\(lease.work.kind)"])
      return true
    }
    instruments.record(lease.work.kind, report.outcome, seconds: seconds)
    // In a task of its own: the report must go out although this task may have been cancelled.
    await Task { await send(report, for: lease.task) }.value
    if case .failed(.noSpace) = end { return false }
    return true
  }

  private func attempt(_ lease: TaskLease) async -> End {
    let meter = TaskMeter()
    return await withTaskGroup(of: End?.self) { group in
      group.addTask { await perform(lease) { meter.set($0) } }
      group.addTask { await beat(lease) { meter.value } }
      defer { group.cancelAll() }
      while let end = await group.next() {
        guard let end else { continue }
        guard case .lost = end else { return end }
        // The program must be gone before anything else begins.
        group.cancelAll()
        await group.waitForAll()
        return .lost
      }
      return .lost
    }
  }

  private func perform(_ lease: TaskLease, progress: @escaping @Sendable (Double) -> Void) async -> End {
    do {
      return .done(try await performer.perform(lease, progress: progress))
    } catch is CancellationError {
      return .stopped
    } catch let fault as EncodingFault {
      return .failed(fault)
    } catch {
      return .failed(.transient("\(error)"))
    }
  }

  /// Keeps the lease until cancelled; ends only by losing it. That encoding cannot be reached loses nothing yet.
  private func beat(_ lease: TaskLease, progress: @Sendable () -> Double) async -> End? {
    let begun = ContinuousClock.now
    while !Task.isCancelled {
      try? await Task.sleep(for: .seconds(lease.leaseSeconds / 4))
      guard !Task.isCancelled else { return nil }
      do {
        let answer = try await encoding.call(
          EncodingEndpoints.heartbeat, TaskPath(task: lease.task),
          body: TaskHeartbeat(
            token: lease.token, progress: progress(), seconds: (ContinuousClock.now - begun) / .seconds(1)),
          in: .service(EncoderModule.name, within: Self.callLimit))
        if answer.isCancelled { return .lost }
      } catch let problem as Problem where problem.status == 409 {
        return .lost
      } catch {
        logger.debug("A heartbeat failed", metadata: ["error": "\(error)"])
      }
    }
    return nil
  }

  private func send(_ report: TaskReport, for task: EncodingTaskID) async {
    let patience: Duration = report.outcome == .released ? Self.callLimit : Self.reportPatience
    let end = ContinuousClock.now + patience
    repeat {
      do {
        _ = try await encoding.call(
          EncodingEndpoints.report, TaskPath(task: task), body: report,
          in: .service(EncoderModule.name, within: Self.callLimit))
        return
      } catch let problem as Problem where problem.status == 409 {
        return logger.notice("A result came too late", metadata: ["task": "\(task)"])
      } catch {
        logger.warning("A result could not be handed in", metadata: ["task": "\(task)", "error": "\(error)"])
        try? await Task.sleep(for: Self.pauseAfterFault)
      }
    } while ContinuousClock.now < end
  }
}

/// How far a task is, told by one thread and read by another.
private final class TaskMeter: Sendable {
  private let progress = Mutex(0.0)

  var value: Double { progress.withLock { $0 } }
  func set(_ value: Double) { progress.withLock { $0 = value } }
}

/// What `/metrics` says of an encoder.
struct EncoderInstruments: Sendable {
  private let tasks: Counter
  private let seconds: Histogram

  init(_ metrics: Metrics) {
    tasks = metrics.counter(
      "encoder_tasks_total", help: "Tasks ended, by kind and outcome.", labels: ["kind", "outcome"])
    seconds = metrics.histogram(
      "encoder_task_seconds", help: "How long tasks took.", buckets: [0.1, 0.5, 1, 5, 15, 60, 300, 1800],
      labels: ["kind"])
  }

  func record(_ kind: TaskKind, _ outcome: TaskReport.Outcome, seconds value: Double) {
    tasks.increment(by: 1, [kind.rawValue, outcome.rawValue])
    seconds.record(value, [kind.rawValue])
  }
}
