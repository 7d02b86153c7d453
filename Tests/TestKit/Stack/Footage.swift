import Foundation

/// A small film made for a test: moving pictures, hard cuts at known times, a tone.
package struct Footage: Sendable {
  package static let framesPerSecond = 25
  package let path: String
  package let seconds: Int
  /// Seconds at which one picture is cut to another.
  package let cuts: [Double]

  /// Renders `seconds` of 640×360 at 25 frames a second.
  package static func make(in folder: String, name: String = "film.mp4", seconds: Int = 12) async throws -> Footage {
    let path = "\(folder)/\(name)"
    // Cut on odd frames, so that no cut falls on a seam or a key frame by luck.
    let cuts = [3.32, 6.84].filter { $0 < Double(seconds) }
    let bounds = [0.0] + cuts + [Double(seconds)]
    let pictures = [
      "testsrc2", "mandelbrot=start_scale=0.3", "smptehdbars",
    ]
    var inputs: [String] = []
    var filters = ""
    for index in 0..<(bounds.count - 1) {
      let source = pictures[index % pictures.count]
      let joiner = source.contains("=") ? ":" : "="
      inputs += ["-f", "lavfi", "-t", String(bounds[index + 1] - bounds[index])]
      inputs += ["-i", "\(source)\(joiner)size=640x360:rate=\(framesPerSecond)"]
      filters += "[\(index):v]format=yuv420p,setsar=1[v\(index)];"
    }
    let joined = (0..<(bounds.count - 1)).map { "[v\($0)]" }.joined()
    let command =
      ["ffmpeg", "-y", "-v", "error", "-nostdin"] + inputs
      + ["-f", "lavfi", "-t", String(seconds), "-i", "sine=frequency=440:beep_factor=4:sample_rate=48000"]
      + ["-filter_complex", "\(filters)\(joined)concat=n=\(bounds.count - 1):v=1:a=0[v]"]
      + ["-map", "[v]", "-map", "\(bounds.count - 1):a", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "20"]
      + ["-c:a", "aac", "-ac", "2", "-shortest", "-movflags", "+faststart", path]
    let result = try await Shell.run(command)
    guard result.status == 0 else { throw ShellError.failed(command, result.output) }
    return Footage(path: path, seconds: seconds, cuts: cuts)
  }

  package var frames: Int { seconds * Self.framesPerSecond }
}
