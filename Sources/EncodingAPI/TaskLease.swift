package import Contract

package struct LeaseRequest: Codable, Sendable {
  /// The encoder's name, unique among those running.
  package var encoder: String
  /// At most 20.
  package var waitSeconds: Int
  /// Absent from encoders of an older version.
  package var facts: WorkerFacts?

  package init(encoder: String, waitSeconds: Int, facts: WorkerFacts? = nil) {
    self.encoder = encoder
    self.waitSeconds = waitSeconds
    self.facts = facts
  }
}

package struct LeaseAnswer: Codable, Sendable {
  package var lease: TaskLease?

  package init(lease: TaskLease?) {
    self.lease = lease
  }
}

/// The right to do one task until it expires unless kept by heartbeats.
package struct TaskLease: Codable, Sendable {
  package var task: EncodingTaskID
  package var job: JobID
  /// The fencing token: grows with every lease given, so that a late holder is known as such.
  package var token: Int
  /// From 1.
  package var attempt: Int
  package var leaseSeconds: Double
  package var work: TaskWork
  /// Outputs of the tasks this one needed, in their order.
  package var inputs: [TaskInput]
  /// encrypt: playback's key of the asset. It travels in the lease alone and is kept by nobody here.
  package var contentKey: ContentKey?

  package init(
    task: EncodingTaskID, job: JobID, token: Int, attempt: Int, leaseSeconds: Double, work: TaskWork,
    inputs: [TaskInput]
  ) {
    self.task = task
    self.job = job
    self.token = token
    self.attempt = attempt
    self.leaseSeconds = leaseSeconds
    self.work = work
    self.inputs = inputs
  }
}

package struct TaskInput: Codable, Sendable, Hashable {
  package var kind: TaskKind
  package var ordinal: Int
  package var folder: String

  package init(kind: TaskKind, ordinal: Int, folder: String) {
    self.kind = kind
    self.ordinal = ordinal
    self.folder = folder
  }
}

package struct TaskHeartbeat: Codable, Sendable {
  package var token: Int
  /// 0 to 1.
  package var progress: Double
  /// How long it has been at work, on the encoder's own monotonic clock.
  package var seconds: Double?

  package init(token: Int, progress: Double, seconds: Double? = nil) {
    self.token = token
    self.progress = progress
    self.seconds = seconds
  }
}

package struct TaskHeartbeatAnswer: Codable, Sendable {
  /// The job was cancelled: stop and report `released`.
  package var isCancelled: Bool

  package init(isCancelled: Bool) {
    self.isCancelled = isCancelled
  }
}

package struct TaskReport: Codable, Sendable {
  package enum Outcome: String, Codable, Sendable, CaseIterable {
    case succeeded
    /// May go better another time: no space, killed, timed out.
    case retryableFailure
    /// Will never go: the input cannot be handled.
    case permanentFailure
    /// Given back unfinished, e.g. because the encoder stops; not counted as an attempt.
    case released
  }

  /// Why a failure passes, where that is known.
  package enum Cause: String, Codable, Sendable, CaseIterable {
    /// No space was left: nothing is wrong with the task, which is tried for longer.
    case noSpace
  }

  package var token: Int
  package var outcome: Outcome
  /// With `succeeded`.
  package var output: TaskOutput?
  /// With a failure, in words.
  package var reason: String?
  /// With `retryableFailure`: inputs that are not what their tasks had made. Those are done again, then this one.
  package var damaged: [TaskInput]?
  /// With `retryableFailure`.
  package var cause: Cause?
  /// How long it was at work, on the encoder's own monotonic clock.
  package var seconds: Double?

  package init(
    token: Int, outcome: Outcome, output: TaskOutput? = nil, reason: String? = nil, damaged: [TaskInput]? = nil,
    cause: Cause? = nil, seconds: Double? = nil
  ) {
    self.token = token
    self.outcome = outcome
    self.output = output
    self.reason = reason
    self.damaged = damaged
    self.cause = cause
    self.seconds = seconds
  }
}
