import Contract
import EncodingAPI
import StorageKit

/// Who works here: what encoders say of themselves, whether they are there, and what an operator has decided of them.
struct WorkerRegister: Sendable {
  let store = WorkerStore()
  let roll: WorkerRoll
  /// One not heard of for so long is forgotten.
  let memorySeconds: Double
  /// A cordoned one is remembered for longer, lest it come back as if nobody had decided anything.
  static let cordonMemoryFactor = 168.0

  /// Whether the encoder that asks for a task may be given one.
  func admits(_ name: String, in db: SQLSession) throws -> Bool {
    try store.state(of: name, in: db) ?? .active == .active
  }

  func worker(_ name: String, in db: SQLSession) throws -> Worker {
    guard let record = try store.workers(named: name, in: db).first else { throw EncodingError.unknownWorker(name) }
    return view(record)
  }

  func workers(in db: SQLSession) throws -> [Worker] { try store.workers(in: db).map(view) }

  private func view(_ record: WorkerRecord) -> Worker {
    let sighting = roll.sighting(record.name)
    return Worker(
      name: record.name, state: record.state, isPresent: roll.isPresent(record.name),
      isDrained: record.state == .draining && record.task == nil, facts: sighting?.facts ?? record.facts,
      job: record.job, task: record.task, firstSeenAt: record.firstSeenAt,
      lastSeenAt: max(record.lastSeenAt, sighting?.at ?? record.lastSeenAt))
  }

  /// Those known before a restart are given the time to call.
  func presumeAll(in db: SQLSession) throws {
    for record in try store.workers(in: db) { roll.presume(record.name, record.facts, at: record.lastSeenAt) }
  }

  /// Names of those that are long gone.
  func gone(in db: SQLSession) throws -> [String] {
    try store.workers(in: db).filter { record in
      guard record.task == nil, let silence = roll.silence(of: record.name) else { return false }
      let factor = record.state == .cordoned ? Self.cordonMemoryFactor : 1
      return silence > .seconds(memorySeconds * factor)
    }.map(\.name)
  }
}
