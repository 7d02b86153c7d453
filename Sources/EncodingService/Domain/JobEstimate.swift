import EncodingAPI

/// How long a job will still take: its graph played through with the encoders it can count on. Pure.
///
/// A task takes its weight times the pace of its kind: as measured in this job where it has done some, as measured in
/// earlier jobs otherwise. One that is under way and says how far it is goes on as it went.
struct JobEstimate: Sendable {
  struct Node: Sendable {
    var kind: TaskKind
    var state: TaskState
    var weight: Double
    /// Of the present attempt.
    var progress: Double = 0
    /// How long the present or last attempt has been at work.
    var seconds: Double = 0
    /// Places in the list.
    var needs: [Int] = []
  }

  /// In the order in which they are done where there is a choice.
  var nodes: [Node]
  /// Seconds per weight in earlier jobs.
  var paces: [TaskKind: Double] = [:]
  /// Encoders it can count on: with other jobs about, a fraction of those there are.
  var workers: Double

  func secondsLeft() -> Double {
    let measured = measuredPaces()
    let rests = nodes.map { remaining($0, measured) }
    let running = nodes.indices.filter { nodes[$0].state == .leased }
    let slots = max(1, Int(workers.rounded(.up)), running.count)
    let stretch = max(1, Double(slots) / max(0.01, workers))

    var waits = nodes.map { node in node.needs.count { !nodes[$0].isDone } }
    var dependents: [[Int]] = Array(repeating: [], count: nodes.count)
    for index in nodes.indices { for need in nodes[index].needs { dependents[need].append(index) } }
    // Last first, so that the next is the last.
    var ready = nodes.indices.reversed().filter { nodes[$0].isWaiting && waits[$0] == 0 }
    var active = running.map { (end: rests[$0] * stretch, node: $0) }
    var time = 0.0
    while true {
      while active.count < slots, let next = ready.popLast() {
        active.append((time + rests[next] * stretch, next))
      }
      guard let first = active.indices.min(by: { active[$0].end < active[$1].end }) else { return time }
      time = active[first].end
      for dependent in dependents[active.remove(at: first).node] {
        waits[dependent] -= 1
        guard waits[dependent] == 0, nodes[dependent].isWaiting else { continue }
        ready.insert(dependent, at: ready.firstIndex { $0 < dependent } ?? ready.endIndex)
      }
    }
  }

  /// Seconds per weight of what this job has done; without a kind: of all of it.
  private func measuredPaces() -> [TaskKind?: Double] {
    var sums: [TaskKind?: (seconds: Double, weight: Double)] = [:]
    for node in nodes where node.isTelling {
      for key in [node.kind, nil] {
        sums[key, default: (0, 0)].seconds += node.seconds
        sums[key, default: (0, 0)].weight += node.weight * (node.state == .leased ? node.progress : 1)
      }
    }
    return sums.compactMapValues { $0.weight > 0 ? $0.seconds / $0.weight : nil }
  }

  private func remaining(_ node: Node, _ measured: [TaskKind?: Double]) -> Double {
    let whole = node.weight * (measured[node.kind] ?? paces[node.kind] ?? measured[nil] ?? 1)
    switch node.state {
    case .succeeded, .failed, .cancelled: return 0
    case .blocked, .ready: return whole
    case .leased where node.isTelling: return node.seconds * (1 - node.progress) / node.progress
    case .leased: return max(whole - node.seconds, whole / 10)
    }
  }
}

extension JobEstimate.Node {
  fileprivate var isDone: Bool { state == .succeeded || state == .failed || state == .cancelled }
  fileprivate var isWaiting: Bool { state == .blocked || state == .ready }

  /// Less of a task than a tenth, or than half a second of it, says nothing of its rest.
  fileprivate var isTelling: Bool {
    switch state {
    case .succeeded: seconds > 0 && weight > 0
    case .leased: progress >= 0.1 && seconds >= 0.5
    default: false
    }
  }
}
