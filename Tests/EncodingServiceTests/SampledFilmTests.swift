import Contract
import EncodingAPI
import Foundation
import StorageKit
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

@Suite("Samples before the plan")
struct SampleFlowTests {
  private func options(_ ladder: LadderKind?) -> JobOptions { JobOptions { $0.ladder = ladder } }

  @Test("A finished sample is never made again, and the plan waits for the last")
  func retry() async throws {
    try await withTemporaryFolder("samples") { folder in
      let desk = try Desk(folder: folder)
      defer { desk.database.close() }
      let id = try await desk.makeJob(options(.perTitle))
      let probe = try #require(try await desk.lease("one"))
      try await desk.report(probe, .succeeded, .probed(as: "probe-0"))
      let first = try #require(try await desk.lease("one"))
      let second = try #require(try await desk.lease("two"))
      #expect([first.work.kind, second.work.kind] == [.sample, .sample])
      try await desk.report(first, .succeeded, TaskOutput { $0.curve = Self.curve(first) })
      try await desk.report(second, .retryableFailure)
      #expect(try await desk.lease("one") == nil)
      desk.pass(60)
      let again = try #require(try await desk.lease("one"))
      #expect(again.task == second.task)
      try await desk.report(again, .succeeded, TaskOutput { $0.curve = Self.curve(again) })
      let tasks = try desk.tasks(id)
      #expect(tasks.filter { $0.kind == .sample }.map(\.attempts) == [1, 2])
      #expect(tasks.contains { $0.kind == .encode })
      let ladder = try #require(try desk.database.read { try desk.flow.jobs.ladder(of: id, in: $0) })
      #expect(ladder.kind == .perTitle && ladder.measure == .vmaf && ladder.curve?.count == 3)
      let rendition = try #require(try desk.database.read { try desk.flow.renditions.renditions(of: id, in: $0) }.first)
      #expect(rendition.why?.comparedTo?.name == "180p" && rendition.constantRateFactor ?? 0 > 23)
    }
  }

  /// An easy film: what the fixed ladder shows of it is better than can be seen.
  private static func curve(_ lease: TaskLease) -> [CurvePoint] {
    (lease.work.plan?.rungs ?? []).map { rung in
      CurvePoint(
        width: rung.width, height: rung.height, constantRateFactor: rung.constantRateFactor,
        kbps: 400 - Double(rung.constantRateFactor) * 8, ssim: 0.99, vmaf: 105 - Double(rung.constantRateFactor) / 4)
    }
  }

  @Test(
    "A short film has the fixed ladder and says so, unless its job asks for samples",
    arguments: [nil, LadderKind.fixed])
  func short(ladder: LadderKind?) async throws {
    try await withTemporaryFolder("samples") { folder in
      let desk = try Desk(folder: folder)
      defer { desk.database.close() }
      let id = try await desk.makeJob(options(ladder))
      let probe = try #require(try await desk.lease("one"))
      try await desk.report(probe, .succeeded, .probed(as: "probe-0"))
      #expect(try !desk.tasks(id).contains { $0.kind == .sample })
      let report = try #require(try desk.database.read { try desk.flow.jobs.ladder(of: id, in: $0) })
      #expect(report.kind == .fixed && report.reason.contains(ladder == nil ? "shorter than the 300 s" : "asks for it"))
      let renditions = try desk.database.read { try desk.flow.renditions.renditions(of: id, in: $0) }
      #expect(renditions.first?.why?.reason.contains(report.reason) == true)
    }
  }
}

extension FilmTests {
  @Suite("A film with a ladder of its own")
  struct SampledFilmTests {
    @Test("It is sampled, its curve is stored, every rung says why, and its other codecs follow")
    func sampled() async throws {
      try await Studio.open(["ENCODING_HEVC_PRESET": "ultrafast"]) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 5, size: "480x270")
        try await studio.withEncoder { encoder in
          let upload = try await studio.uploaded(film)
          let options = JobOptions {
            $0.ladder = .perTitle
            $0.codecs = [.h264, .hevc]
          }
          let job = try await studio.end(of: studio.createJob(JobSource(uploadId: upload.id), options: options).id)
          #expect(job.failureReason == nil, "\(encoder.log.lines.suffix(5))")
          let ladder = try #require(job.ladder)
          #expect(ladder.measure == (FileManager.default.fileExists(atPath: Footage.vmaf) ? .vmaf : .ssim))
          #expect(ladder.curve?.count == 6 && ladder.sampledSeconds == 2, "\(ladder)")
          #expect(job.renditions?.allSatisfy { $0.why?.reason.isEmpty == false } == true)
          #expect(Set(job.renditions?.map(\.codec) ?? []) == [.h264, .hevc])
          // Along a curve, more bits never show less.
          for (left, right) in zip(ladder.curve ?? [], (ladder.curve ?? []).dropFirst()) where left.width == right.width
          {
            #expect(left.kbps > right.kbps && left.ssim >= right.ssim)
          }
        }
      }
    }
  }
}
