import Contract
import EncodingAPI
import StorageKit

/// A job as it is shown: what is stored, and what follows from it now.
struct JobViews: Sendable {
  let flow: JobFlow
  let workers: WorkerRegister
  let clock: WallClock
  let estimates = EstimateStore()

  /// With its tasks and renditions. Throws ``EncodingError/unknownJob(_:)``.
  func whole(_ id: JobID, in db: SQLSession) throws -> EncodingJob {
    var job = try summary(id, in: db)
    job.tasks = try flow.tasks.tasks(of: id, in: db)
    job.renditions = try flow.renditions.renditions(of: id, in: db)
    job.checks = try flow.renditions.checks(of: id, in: db)
    job.ladder = try flow.jobs.ladder(of: id, in: db)
    job.film = try flow.tracks.facts(of: id, in: db)
    job.tracks = try flow.tracks.tracks(of: id, in: db)
    return job
  }

  /// Without tasks and renditions, but with speed, time left, and what it waits for.
  func summary(_ id: JobID, in db: SQLSession) throws -> EncodingJob {
    guard var job = try flow.jobs.job(id, in: db) else { throw EncodingError.unknownJob(id) }
    job.speed = speed(of: job)
    guard !job.state.isFinal else { return job }
    let present = try workers.workers(in: db).filter(\.isPresent)
    job.waitingFor = waiting(for: try estimates.unmetDemands(of: id, in: db), present)
    guard job.waitingFor == nil else { return job }
    let nodes = try estimates.nodes(of: id, in: db)
    // Until the film is probed, nobody knows how long it is.
    guard nodes.contains(where: { $0.kind == .publish }) else { return job }
    let active = present.count { $0.state == .active || $0.task != nil }
    guard active > 0 else { return job }
    let estimate = JobEstimate(
      nodes: nodes, paces: try estimates.paces(in: db),
      workers: Double(active) * (try estimates.share(of: job.options.priority ?? .normal, in: db)))
    job.secondsLeft = (estimate.secondsLeft() * 10).rounded() / 10
    return job
  }

  private func speed(of job: EncodingJob) -> Double? {
    guard let film = job.durationSeconds, let started = job.startedAt, job.progress > 0 else { return nil }
    let seconds = (job.finishedAt ?? clock.now()).seconds(since: started)
    return seconds > 0 ? (film * job.progress / seconds * 1000).rounded() / 1000 : nil
  }

  /// What none of those who are there can give; nil where one of the tasks can be done.
  private func waiting(for demands: [EstimateStore.Demand], _ present: [Worker]) -> String? {
    guard let first = demands.first else { return nil }
    guard !present.isEmpty else { return "an encoder: none is there" }
    let active = present.filter { $0.state == .active }
    guard !active.isEmpty else { return "an active encoder: all that are there are cordoned or draining" }
    let able = demands.filter { demand in active.contains { $0.facts.can(demand.capabilities) } }
    guard let feasible = able.first else {
      let words = first.capabilities.joined(separator: ", ")
      return "an encoder that can do \(words), for \(first.kind.rawValue) \(first.ordinal)"
    }
    let hasSpace = able.contains { demand in
      active.contains { $0.facts.can(demand.capabilities) && $0.facts.freeBytes >= demand.spaceBytes }
    }
    guard !hasSpace else { return nil }
    return "space in the media store: \(feasible.kind.rawValue) \(feasible.ordinal) takes about "
      + "\(max(1, feasible.spaceBytes >> 20)) MiB"
  }
}

extension WorkerFacts {
  fileprivate func can(_ wanted: [String]) -> Bool { Set(wanted).isSubset(of: capabilities) }
}
