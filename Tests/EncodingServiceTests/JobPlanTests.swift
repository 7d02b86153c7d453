import Contract
import EncodingAPI
import Testing

@testable import EncodingService

@Suite("The plan of a job")
struct JobPlanTests {
  private func facts(frames: Int, rate: FrameRate, audio: [AudioFacts] = []) -> SourceFacts {
    SourceFacts(
      container: "mov,mp4", videoCodec: "h264", width: 640, height: 360, frameRate: rate, frameCount: frames,
      firstPictureSeconds: 0, conformReason: nil, isInterlaced: false, audio: audio)
  }

  private func plan(_ facts: SourceFacts) -> JobPlan {
    JobPlan(
      source: SourceFile(path: "/film", fingerprint: "f"), facts: facts, conformedFrames: nil,
      asset: AssetID(seed: "a"), parameters: JobPlan.Parameters())
  }

  @Test("Chunks are whole segments and cover every picture once", arguments: [1, 49, 50, 250, 251, 1000, 1234])
  func covering(frames: Int) {
    for rate in [FrameRate(25), FrameRate(30_000, 1001), FrameRate(24_000, 1001), FrameRate(60)] {
      let (group, segment, chunk) = JobPlan.frames(rate, JobPlan.Parameters())
      #expect(segment % group == 0 && chunk % segment == 0)
      let chunks = JobPlan.chunks(of: frames, by: chunk, segment: segment)
      #expect(chunks.first?.lowerBound == 0 && chunks.last?.upperBound == frames)
      for (left, right) in zip(chunks, chunks.dropFirst()) {
        #expect(left.upperBound == right.lowerBound && right.lowerBound % segment == 0)
      }
    }
  }

  @Test("However many encoders there are, the last to end does not let the others wait for a whole chunk")
  func balanced() {
    let (_, segment, chunk) = JobPlan.frames(FrameRate(25), JobPlan.Parameters())
    for seconds in [24, 40, 60, 90, 120, 600] {
      let chunks = JobPlan.chunks(of: seconds * 25, by: chunk, segment: segment)
      for encoders in 2...4 {
        var busyUntil = Array(repeating: 0, count: encoders)
        for range in chunks {
          let next = busyUntil.indices.min { busyUntil[$0] < busyUntil[$1] } ?? 0
          busyUntil[next] += range.count
        }
        let spread = (busyUntil.max() ?? 0) - (busyUntil.min() ?? 0)
        #expect(spread <= 2 * segment, "\(seconds) s, \(encoders) encoders: \(chunks.map(\.count))")
      }
    }
  }

  @Test("A group lasts two seconds at any rate")
  func groups() {
    #expect(JobPlan.frames(FrameRate(25), JobPlan.Parameters()).group == 50)
    #expect(JobPlan.frames(FrameRate(30_000, 1001), JobPlan.Parameters()).group == 60)
    #expect(JobPlan.frames(FrameRate(24_000, 1001), JobPlan.Parameters()).group == 48)
    #expect(JobPlan.frames(FrameRate(25), JobPlan.Parameters()).chunk == 300)
  }

  @Test("Every task needs only what comes before it, and all lead to publishing")
  func graph() {
    let plan = plan(
      facts(
        frames: 1000, rate: FrameRate(25),
        audio: [AudioFacts(streamIndex: 0, codec: "aac", channels: 6, language: "en")]))
    #expect(plan.tasks.map(\.work.kind).filter { $0 == .encode }.count == 7)
    #expect(plan.tasks.map(\.work.kind).filter { $0 == .join }.count == plan.film.rungs.count)
    for (index, task) in plan.tasks.enumerated() { #expect(task.needs.allSatisfy { $0 < index }) }
    var reached: Set<Int> = [plan.tasks.count - 1]
    for index in plan.tasks.indices.reversed() where reached.contains(index) {
      reached.formUnion(plan.tasks[index].needs)
    }
    #expect(reached.count == plan.tasks.count)
  }

  @Test("A progressive film begins with three segments, and its beginning is published at growing lengths")
  func progressive() {
    var parameters = JobPlan.Parameters(isProgressive: true)
    func planned(frames: Int) -> [JobPlan.PlannedTask] {
      JobPlan(
        source: SourceFile(path: "/film", fingerprint: "f"),
        facts: facts(
          frames: frames, rate: FrameRate(25),
          audio: [AudioFacts(streamIndex: 0, codec: "aac", channels: 2, language: "en")]),
        conformedFrames: nil, asset: AssetID(seed: "a"), parameters: parameters
      ).tasks
    }
    let tasks = planned(frames: 4000)
    #expect(tasks.prefix(3).map(\.work.kind) == [.encode, .audio, .preview])
    #expect(tasks[0].work.frameCount == 300)
    let previews = tasks.filter { $0.work.kind == .preview }
    // 12 chunks of 12 s, then shorter ones.
    #expect(previews.map(\.work.frameCount) == [1, 2, 4, 8].map { $0 * 300 })
    for preview in previews {
      let needed = preview.needs.map { tasks[$0].work }
      #expect(needed.compactMap(\.frameCount).reduce(0, +) == preview.work.frameCount)
      #expect(needed.filter { $0.kind == .audio }.count == 1)
    }
    // No task of the whole film waits for them.
    #expect(tasks.allSatisfy { $0.needs.allSatisfy { tasks[$0].work.kind != .preview } })
    #expect(!planned(frames: 1499).contains { $0.work.kind == .preview })
    parameters = parameters.with(JobOptions { $0.progressive = true })
    #expect(planned(frames: 1499).contains { $0.work.kind == .preview })
    parameters = parameters.with(JobOptions { $0.progressive = false })
    #expect(!planned(frames: 4000).contains { $0.work.kind == .preview })
  }

  @Test("A silent film has no audio task")
  func silent() {
    #expect(!plan(facts(frames: 100, rate: FrameRate(25))).tasks.contains { $0.work.kind == .audio })
  }

  @Test("Attempts lost by circumstances use up none of the task's own, but are bounded too")
  func excused() {
    let policy = RetryPolicy(
      maximumAttempts: 2, maximumExcusedAttempts: 4, firstWaitSeconds: 1, maximumWaitSeconds: 3)
    #expect((1...4).map { policy.wait(after: $0, excused: $0, failure: .circumstance, jitter: 1) } == [1, 2, 3, nil])
    #expect(policy.wait(after: 4, excused: 3, failure: .itself, jitter: 1) == 1)
    #expect(policy.wait(after: 5, excused: 3, failure: .itself, jitter: 1) == nil)
  }

  @Test("Waits between attempts double, are bounded, and end")
  func backoff() {
    let policy = RetryPolicy(
      maximumAttempts: 5, maximumExcusedAttempts: 7, firstWaitSeconds: 1, maximumWaitSeconds: 5)
    #expect((1...5).map { policy.wait(after: $0, excused: 0, failure: .itself, jitter: 1) } == [1, 2, 4, 5, nil])
    #expect(policy.wait(after: 3, excused: 0, failure: .itself, jitter: 0) == 2)
  }
}
