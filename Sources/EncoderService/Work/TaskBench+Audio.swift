import Contract
import EncodingAPI
import Foundation

extension TaskBench {
  func encodeAudio() async throws -> TaskOutput {
    let plan = try plan()
    guard plan.audio.indices.contains(work.ordinal) else {
      throw EncodingFault.wrongResult("An audio task without sound.")
    }
    let encoding = AudioEncoding(plan: plan, audio: plan.audio[work.ordinal], limits: limits)
    let folders = WorkFolders(source: work.source.path, output: draft)
    let duration = max(0.001, plan.durationSeconds)
    let meter: @Sendable (Double, Substring) -> Void = { [progress] base, line in
      var read = FFmpegProgress()
      read.read(line)
      if read.seconds > 0 { progress(min(1, base + read.seconds / duration / 2)) }
    }
    let measuring = try await tools.run(.ffmpeg, on: folders, reportsProgress: true, onLine: { meter(0, $0) }) {
      encoding.measuringArguments(input: $0.source ?? "")
    }
    try judgeDecoding(measuring, doing: "loudness was measured")
    let loudness = AudioEncoding.loudness(from: measuring.standardError)
    let end = try await tools.run(.ffmpeg, on: folders, reportsProgress: true, onLine: { meter(0.5, $0) }) {
      encoding.arguments(input: $0.source ?? "", measured: loudness)
    }
    try judgeDecoding(end, doing: "sound was encoded")
    guard let index = MP4Index(path: "\(draft)/\(AudioEncoding.fileName)"),
      abs(index.durationSeconds - plan.durationSeconds) < Checking.audioToleranceSeconds
    else { throw EncodingFault.wrongResult("The sound does not come out as long as the pictures.") }
    return TaskOutput()
  }
}
