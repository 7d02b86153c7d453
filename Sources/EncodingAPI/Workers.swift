package import Contract

/// What an encoder says of itself each time it asks for a task.
package struct WorkerFacts: Codable, Sendable, Hashable {
  /// What it can do, in words that tasks ask for, in order: see ``Capability``.
  package var capabilities: [String]
  /// In the media store, beyond the encoder's own reserve.
  package var freeBytes: Int
  /// Processor cores of its machine.
  package var cores: Int
  /// Whether films are opened in a sandbox there.
  package var isSandboxed: Bool
  package var version: String

  package init(capabilities: Set<String>, freeBytes: Int, cores: Int, isSandboxed: Bool, version: String) {
    self.capabilities = capabilities.sorted()
    self.freeBytes = freeBytes
    self.cores = cores
    self.isSandboxed = isSandboxed
    self.version = version
  }

  /// Of encoders from before they said anything: what all of them could do.
  package static let unsaid = WorkerFacts(
    capabilities: Capability.base, freeBytes: .max, cores: 1, isSandboxed: true, version: "unknown")
}

/// Words for what a task may ask of an encoder. A plain set of strings: encoders may say more than is known here.
package enum Capability {
  package static let h264 = "h264"
  package static let hevc = "hevc"
  package static let av1 = "av1"
  package static let aac = "aac"
  package static let opus = "opus"
  package static let packager = "packager"
  package static let base: Set<String> = [h264, aac, packager]
}

package enum WorkerState: String, Codable, Sendable, CaseIterable {
  /// Is given tasks.
  case active
  /// Is given none until it is made active again; finishes what it has.
  case cordoned
  /// As cordoned, on the way out: drained once it holds no task.
  case draining
}

/// An encoder as encoding knows it.
package struct Worker: Codable, Sendable {
  package var name: String
  package var state: WorkerState
  /// Heard of lately.
  package var isPresent: Bool
  /// Draining, and nothing is left with it: it may be stopped.
  package var isDrained: Bool
  package var facts: WorkerFacts
  /// What it works on.
  package var job: JobID?
  package var task: EncodingTaskID?
  package var firstSeenAt: Timestamp
  package var lastSeenAt: Timestamp

  package init(
    name: String, state: WorkerState, isPresent: Bool, isDrained: Bool, facts: WorkerFacts, job: JobID?,
    task: EncodingTaskID?, firstSeenAt: Timestamp, lastSeenAt: Timestamp
  ) {
    self.name = name
    self.state = state
    self.isPresent = isPresent
    self.isDrained = isDrained
    self.facts = facts
    self.job = job
    self.task = task
    self.firstSeenAt = firstSeenAt
    self.lastSeenAt = lastSeenAt
  }
}

package struct WorkerChange: Codable, Sendable {
  package var state: WorkerState

  package init(state: WorkerState) {
    self.state = state
  }
}
