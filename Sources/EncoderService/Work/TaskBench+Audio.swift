import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  func encodeAudio() async throws -> TaskOutput {
    let plan = try plan()
    guard plan.audio.indices.contains(work.ordinal) else {
      throw EncodingFault.wrongResult("An audio task without sound.")
    }
    let encoding = AudioEncoding(plan: plan, track: plan.audio[work.ordinal], limits: limits)
    let source = try await measure("loudness was measured", from: 0) { encoding.measuringArguments(input: $0) }
    var gain = source.map { Loudness.target - $0.integrated }
    var corrections = 0
    while true {
      let folders = WorkFolders(source: work.source.path, output: draft)
      let end = try await tools.run(.ffmpeg, on: folders, reportsProgress: true, onLine: meter(from: 0.4)) {
        encoding.arguments(input: $0.source ?? "", gain: gain, measured: source)
      }
      try judgeDecoding(end, doing: "sound was encoded")
      let result = try await measure("the finished sound was measured", from: 0.9) { _ in
        AudioEncoding.measuringArguments(finished: AudioEncoding.fileName)
      }
      let error = result.map { Loudness.target - $0.integrated } ?? 0
      guard let lift = gain, abs(error) > Loudness.closeEnough, corrections < Loudness.mostCorrections else {
        try verifyLength(plan)
        return TaskOutput { $0.loudness = Loudness.measure(result, durationSeconds: plan.durationSeconds) }
      }
      // A limiter eats half of what is added, and more.
      gain = lift + error * (corrections == 0 ? 1 : 2)
      corrections += 1
    }
  }

  private func measure(
    _ doing: String, from base: Double, _ arguments: (String) -> [String]
  ) async throws -> Loudness? {
    let folders = WorkFolders(source: work.source.path, output: draft)
    let end = try await tools.run(.ffmpeg, on: folders, reportsProgress: true, onLine: meter(from: base)) {
      arguments($0.source ?? "")
    }
    try judgeDecoding(end, doing: doing)
    return Loudness(summary: end.standardError)
  }

  private func meter(from base: Double) -> @Sendable (Substring) -> Void {
    let duration = max(0.001, work.plan?.durationSeconds ?? 0)
    return { [progress] line in
      var read = FFmpegProgress()
      read.read(line)
      if read.seconds > 0 { progress(min(0.99, base + read.seconds / duration * 0.4)) }
    }
  }

  private func verifyLength(_ plan: FilmPlan) throws {
    guard let index = MP4Index(path: "\(draft)/\(AudioEncoding.fileName)"),
      abs(index.durationSeconds - plan.durationSeconds) < Checking.audioToleranceSeconds
    else { throw EncodingFault.wrongResult("The sound does not come out as long as the pictures.") }
  }
}
