import Foundation
import TestKit
import Testing

/// What encoding costs and how long it takes, next to a named reference in the same run; `deploy/bench encoding` asks
/// for it. Figures judge nothing: machines differ.
@Suite(.serialized, .enabled(if: Bench.binary != nil, "deploy/bench encoding runs these"))
struct EncodingBenchmarks {
  /// Of the films, where a figure does not want another.
  private static let seconds =
    ProcessInfo.processInfo.environment["MATINEE_BENCH_FILM_SECONDS"].flatMap { Int($0) } ?? 60
  private static let fixed = #"{"ladder":"fixed"}"#

  @Test("ladder: CPU and bytes against one plain ffmpeg making the same ladder")
  func ladder() async throws {
    try await Self.withFilms { folder in
      let film = try await BenchFilm.make(.mixed, seconds: Self.seconds, in: folder)
      try await EncodingStage.with(encoders: 1) { stage in
        var rounds: [(ours: EncodedJob, bytes: Int, plain: PlainLadder)] = []
        // In turn, as what else the machine does changes.
        for _ in 0..<3 {
          let ours = try await stage.encode(film, options: Self.fixed)
          let plain = try await PlainLadder.make(of: film, renditions: ours.renditions)
          rounds.append((ours, try stage.videoBytes(of: ours), plain))
        }
        let sizes = rounds[0].ours.renditions.map { "\($0.width)x\($0.height)" }.joined(separator: ", ")
        Bench.print("\(film.seconds) s of 1280x720, \(sizes); medians of \(rounds.count) rounds")
        let plain = rounds.map(\.plain.cpuSeconds).median
        let chunks = rounds.map { $0.ours.cpuSeconds(of: "encode") }.median
        let whole = rounds.map { $0.ours.cpuSeconds() }.median
        Bench.print(
          "CPU: plain ffmpeg \(plain.text) s, our chunks \(chunks.text) s, everything of the job \(whole.text) s")
        Bench.print(
          "CPU, chunks ÷ plain: \(rounds.map { $0.ours.cpuSeconds(of: "encode") / $0.plain.cpuSeconds }.median.text)")
        Bench.print("bytes, packaged ÷ plain: \(rounds.map { Double($0.bytes) / Double($0.plain.bytes) }.median.text)")
        let kinds = Dictionary(grouping: rounds[0].ours.tasks, by: \.kind).mapValues {
          $0.map(\.cpuSeconds).reduce(0, +)
        }
        let parts = kinds.sorted { $0.value > $1.value }.map { "\($0.key) \($0.value.text)" }.joined(separator: ", ")
        Bench.print("CPU seconds by kind of task: \(parts)")
        Bench.print(
          "peak memory of an encoder's programs: \(rounds.map(\.ours.peakMemoryBytes).max().map { $0 >> 20 } ?? 0) MiB")
      }
    }
  }

  @Test("scaling: time with two encoders against one")
  func scaling() async throws {
    try await Self.withFilms { folder in
      let film = try await BenchFilm.make(.mixed, seconds: Self.seconds, in: folder)
      var jobs: [Int: [EncodedJob]] = [:]
      for _ in 0..<2 {
        for encoders in [1, 2] {
          jobs[encoders, default: []].append(
            try await EncodingStage.with(encoders: encoders) { try await $0.encode(film, options: Self.fixed) })
        }
      }
      let (one, two) = (jobs[1]?.map(\.wallSeconds).median ?? 0, jobs[2]?.map(\.wallSeconds).median ?? 0)
      Bench.print(
        "\(film.seconds) s of film: \(one.text) s with one encoder, \(two.text) s with two: ratio \((two / one).text)")
      // What this machine gives to two programs at once that have nothing to do with each other.
      let renditions = jobs[1]?.first?.renditions ?? []
      let alone = try await PlainLadder.make(of: film, renditions: renditions)
      async let left = PlainLadder.make(of: film, renditions: renditions)
      async let right = PlainLadder.make(of: film, renditions: renditions)
      let both = try await max(left.wallSeconds, right.wallSeconds)
      Bench.print("two plain ffmpeg at once against one after the other: ratio \((both / alone.wallSeconds / 2).text)")
    }
  }

  @Test("first: time to first playable against the full encode")
  func first() async throws {
    try await Self.withFilms { folder in
      let film = try await BenchFilm.make(.mixed, seconds: Self.seconds * 4, in: folder)
      for encoders in [1, 2] {
        let job = try await EncodingStage.with(encoders: encoders) { try await $0.encode(film) }
        guard let first = job.playableSeconds else { throw BenchFault("the job does not say since when it plays") }
        Bench.print(
          "\(film.seconds) s of film, \(encoders) encoder(s): plays after \(first.text) of \(job.wallSeconds.text) s: "
            + "\(Int((100 * first / job.wallSeconds).rounded())) %")
      }
    }
  }

  @Test("overhead: from probe to publish beyond what ffmpeg takes, for a clip of 10 s")
  func overhead() async throws {
    try await Self.withFilms { folder in
      let film = try await BenchFilm.make(.mixed, seconds: 10, in: folder)
      try await EncodingStage.with(encoders: 1) { stage in
        var rounds: [(job: EncodedJob, plain: PlainLadder)] = []
        for _ in 0..<5 {
          let job = try await stage.encode(film, options: Self.fixed)
          rounds.append((job, try await PlainLadder.make(of: film, renditions: job.renditions)))
        }
        let job = rounds.map(\.job.wallSeconds).median
        let programs = rounds.map(\.job.programSeconds).median
        Bench.print("a clip of 10 s, one encoder: \(job.text) s from request to published, median of \(rounds.count)")
        let beyondPrograms = rounds.map { $0.job.wallSeconds - $0.job.programSeconds }.median
        let beyondPlain = rounds.map { $0.job.wallSeconds - $0.plain.wallSeconds }.median
        Bench.print(
          "beyond the programs (\(programs.text) s): \(beyondPrograms.text) s; beyond one plain ffmpeg of the ladder: "
            + "\(beyondPlain.text) s")
      }
    }
  }

  @Test("killed: time lost when the encoder is killed at half and comes back at once")
  func killed() async throws {
    try await Self.withFilms { folder in
      let film = try await BenchFilm.make(.mixed, seconds: Self.seconds, in: folder)
      var lost: [Double] = []
      var chunk = 0.0
      for _ in 0..<2 {
        let undisturbed = try await EncodingStage.with(encoders: 1) { try await $0.encode(film, options: Self.fixed) }
        let disturbed = try await EncodingStage.with(encoders: 1) { stage in
          let id = try await stage.submit(film, options: Self.fixed)
          try await stage.wait(for: id) { $0["progress"].number ?? 0 >= 0.5 }
          try await stage.stack.kill("encoder")
          try stage.stack.launch("encoder")
          return try await stage.end(of: id)
        }
        lost.append(disturbed.wallSeconds - undisturbed.wallSeconds)
        chunk = undisturbed.tasks.filter { $0.kind == "encode" }.map(\.wallSeconds).max() ?? 0
      }
      Bench.print("lost by kill -9 at half: \(lost.median.text) s; the longest chunk takes \(chunk.text) s")
    }
  }

  @Test("titles: bytes that a ladder of the title's own saves at equal VMAF, by content")
  func titles() async throws {
    try await Self.withFilms { folder in
      try await EncodingStage.with(encoders: 2) { stage in
        for content in BenchFilm.Content.allCases {
          let film = try await BenchFilm.make(content, seconds: min(40, Self.seconds), in: folder)
          let fixed = try await stage.encode(film, options: Self.fixed)
          let own = try await stage.encode(film, options: #"{"ladder":"perTitle"}"#)
          Bench.print("\(content.rawValue): \(RateComparison(fixed: fixed.renditions, own: own.renditions).text)")
          Bench.print("  fixed     \(Self.line(fixed.renditions))")
          Bench.print("  per title \(Self.line(own.renditions))")
        }
      }
    }
  }

  @Test("lengths: time by length, next to Mux's public medians")
  func lengths() async throws {
    // Jon Dahl, «How to transcode video 100x faster», mux.com/blog, 27 April 2023: median time to publish, all
    // inputs, of videos of up to one, of one to five, and of five to twenty minutes. They encode when a viewer comes.
    let published: [(seconds: Int, mux: Double)] = [(10, 2.0), (60, 3.3), (240, 3.3), (600, 9.0)]
    try await Self.withFilms { folder in
      Bench.print("film      plays after   all of it   Mux, median time to publish")
      for (seconds, mux) in published {
        let film = try await BenchFilm.make(.mixed, seconds: seconds, in: folder)
        let job = try await EncodingStage.with(encoders: 2) { try await $0.encode(film) }
        let first = (job.playableSeconds ?? job.wallSeconds).text
        Bench.print("\(seconds) s      \(first) s      \(job.wallSeconds.text) s      \(mux) s")
      }
    }
  }

  // MARK: - Parts

  private static func withFilms(_ body: (String) async throws -> Void) async throws {
    let folder = TemporaryFolder.make("bench-films")
    defer { TemporaryFolder.remove(folder) }
    try await body(folder)
  }

  private static func line(_ renditions: [EncodedJob.Rendition]) -> String {
    renditions.map { "\($0.name) \(Int($0.averageBitrateKbps)) kb/s" + ($0.vmaf.map { " VMAF \($0.text)" } ?? "") }
      .joined(separator: ", ")
  }
}
