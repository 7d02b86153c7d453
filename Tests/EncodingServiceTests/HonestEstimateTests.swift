import ClientKit
import Contract
import EncodingAPI
import Foundation
import TestKit
import Testing

@testable import EncoderService
@testable import EncodingService

extension FilmTests {
  @Suite("Time left, held against what it took")
  struct HonestEstimateTests {
    private struct Look {
      var at: ContinuousClock.Instant
      var secondsLeft: Double
    }

    /// Encodes `film` and answers how often, after a fifth of the time, what was said lay within a factor of two.
    private func honesty(of film: String, _ studio: Studio) async throws -> (honest: Int, of: Int, text: String) {
      let upload = try await studio.uploaded(film)
      let id = try await studio.createJob(JobSource(uploadId: upload.id)).id
      let begun = ContinuousClock.now
      var looks: [Look] = []
      try await eventually(within: .seconds(300)) {
        let job = try await studio.job(id)
        if let left = job.secondsLeft { looks.append(Look(at: .now, secondsLeft: left)) }
        return job.state.isFinal
      }
      let ended = ContinuousClock.now
      let job = try await studio.job(id)
      #expect(job.state == .succeeded, "\(job.failureReason ?? "")")
      #expect(job.speed ?? 0 > 0 && job.secondsLeft == nil)
      let fifth = begun + (ended - begun) / 5
      var text = ""
      let told = looks.filter { $0.at >= fifth && ended - $0.at > .seconds(1) }
      let honest = told.filter { look in
        let real = (ended - look.at) / .seconds(1)
        text += String(format: "%.1f/%.1f ", look.secondsLeft, real)
        return (real / 2...real * 2).contains(look.secondsLeft)
      }
      return (honest.count, told.count, text)
    }

    @Test("After a fifth of a job, the time left is within a factor of two of what it really takes")
    func honest() async throws {
      try await Studio.open(["ENCODING_PRESET": "medium"]) { studio in
        let film = "\(studio.home)/film.mp4"
        try await Footage.film(film, seconds: 16, size: "640x360")
        try await studio.withEncoder { _ in
          // The first job of a new service knows nothing of its machine; the second knows how long tasks take.
          _ = try await honesty(of: film, studio)
          let second = try await honesty(of: film, studio)
          #expect(second.of > 10, "\(second.text)")
          #expect(second.honest * 10 >= second.of * 9, "\(second)")
        }
      }
    }
  }
}
