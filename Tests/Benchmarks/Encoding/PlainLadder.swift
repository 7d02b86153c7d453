import Foundation
import TestKit

/// What encoding is held against: one ffmpeg that decodes the film once and makes the same renditions with the same
/// settings, one thread for each codec, in one go.
struct PlainLadder: Sendable {
  var cpuSeconds: Double
  var wallSeconds: Double
  var bytes: Int

  /// In a folder of its own, which is removed.
  static func make(of film: BenchFilm, renditions: [EncodedJob.Rendition]) async throws -> PlainLadder {
    let folder = TemporaryFolder.make("plain-ladder")
    defer { TemporaryFolder.remove(folder) }
    let branches = renditions.indices.map { "[s\($0)]" }.joined()
    let scales = renditions.enumerated().map { index, rendition in
      "[s\(index)]scale=\(rendition.width):\(rendition.height):flags=bicubic,setsar=1,format=yuv420p[r\(index)]"
    }
    let filter = (["[0:v:0]split=\(renditions.count)\(branches)"] + scales).joined(separator: ";")
    let group = "\(2 * BenchFilm.framesPerSecond)"
    var command = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-threads", "1", "-filter_complex_threads", "1"]
    command += ["-i", film.path, "-filter_complex", filter]
    for (index, rendition) in renditions.enumerated() {
      command += [
        "-map", "[r\(index)]", "-an", "-c:v", "libx264", "-threads", "1", "-preset", EncodingStage.preset,
        "-profile:v", "high", "-crf", "\(EncodingStage.constantRateFactor)",
        "-maxrate", "\(rendition.maximumBitrateKbps)k", "-bufsize", "\(rendition.maximumBitrateKbps * 2)k",
        "-g", group, "-keyint_min", group, "-sc_threshold", "0", "-flags", "+cgop", "-f", "mp4",
        "\(folder)/\(index).mp4",
      ]
    }
    // The shell's `time` counts what its children used.
    let words = command.map { "'\($0)'" }.joined(separator: " ")
    let run = try await Shell.run(["bash", "-c", "TIMEFORMAT='%U %S %R'; time \(words)"])
    let times = run.output.split(separator: "\n").last?.split(separator: " ").compactMap { Double($0) } ?? []
    guard run.status == 0, times.count == 3 else { throw ShellError.failed(command, run.output) }
    let bytes = try renditions.indices.map {
      try FileManager.default.attributesOfItem(atPath: "\(folder)/\($0).mp4")[.size] as? Int ?? 0
    }.reduce(0, +)
    return PlainLadder(cpuSeconds: times[0] + times[1], wallSeconds: times[2], bytes: bytes)
  }
}
