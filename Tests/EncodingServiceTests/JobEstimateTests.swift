import EncodingAPI
import Testing

@testable import EncodingService

@Suite("How long a job will still take")
struct JobEstimateTests {
  private typealias Node = JobEstimate.Node

  /// Ten chunks, then a join, a package and a check; a survey beside them.
  private func film(done: Int, running: Double? = nil) -> [Node] {
    var nodes = (0..<10).map { Node(kind: .encode, state: $0 < done ? .succeeded : .ready, weight: 2, seconds: 8) }
    if let running {
      nodes[done] = Node(kind: .encode, state: .leased, weight: 2, progress: running, seconds: running * 8)
    }
    nodes.append(Node(kind: .survey, state: .ready, weight: 5))
    nodes.append(Node(kind: .join, state: .blocked, weight: 1, needs: Array(0..<10)))
    nodes.append(Node(kind: .check, state: .blocked, weight: 3, needs: [10, 11]))
    return nodes
  }

  @Test("What is measured in the job counts, and for other kinds what earlier jobs have shown")
  func paces() {
    let estimate = JobEstimate(nodes: film(done: 2), paces: [.survey: 1, .join: 2, .check: 3], workers: 1)
    // Eight chunks of 8 s, survey 5, join 2, check 9.
    #expect(estimate.secondsLeft() == 80)
  }

  @Test("A task under way goes on as it went")
  func running() {
    let estimate = JobEstimate(
      nodes: film(done: 2, running: 0.5), paces: [.survey: 1, .join: 1, .check: 1], workers: 1)
    #expect(estimate.secondsLeft() == 69)
  }

  @Test("Two encoders do not halve what only one can do")
  func criticalPath() {
    let estimate = JobEstimate(nodes: film(done: 2), paces: [.survey: 1, .join: 1, .check: 1], workers: 2)
    // Eight chunks and the survey side by side; then the join, then the check.
    #expect(estimate.secondsLeft() == 40)
  }

  @Test("Half an encoder takes twice as long")
  func shared() {
    let whole = JobEstimate(nodes: film(done: 2), workers: 1).secondsLeft()
    let half = JobEstimate(nodes: film(done: 2), workers: 0.5).secondsLeft()
    #expect(abs(half - 2 * whole) < 0.001)
  }

  @Test("Five thousand tasks are played through in no time")
  func many() {
    var nodes = (0..<4000).map { _ in Node(kind: .encode, state: .ready, weight: 1) }
    for _ in 0..<5 { nodes.append(Node(kind: .join, state: .blocked, weight: 1, needs: Array(0..<4000))) }
    let begun = ContinuousClock.now
    #expect(JobEstimate(nodes: nodes, workers: 4).secondsLeft() == 1002)
    #expect(ContinuousClock.now - begun < .seconds(2))
  }
}
