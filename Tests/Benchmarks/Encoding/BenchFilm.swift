import Foundation
import TestKit

/// Films for the figures: generated, so that each has the content and the length that a figure wants.
struct BenchFilm: Sendable {
  enum Content: String, CaseIterable, Sendable {
    /// A pattern, a fractal and a field of cells in turn, with hard cuts: neither easy nor hard.
    case mixed
    case gradients
    case noisyGradients
    case cells
    case fractal
    /// Big Buck Bunny: five seconds of a real film, again and again.
    case bunny
  }

  let content: Content
  let path: String
  let seconds: Int

  static let size = "1280x720"
  static let framesPerSecond = 25

  /// In `folder`; 1280×720 at 25 pictures a second with a tone, of a quality that leaves work to do.
  static func make(_ content: Content, seconds: Int, in folder: String) async throws -> BenchFilm {
    let path = "\(folder)/\(content.rawValue)-\(seconds).mp4"
    let film = BenchFilm(content: content, path: path, seconds: seconds)
    guard !FileManager.default.fileExists(atPath: path) else { return film }
    let command =
      ["ffmpeg", "-y", "-v", "error", "-nostdin"] + film.input
      + ["-f", "lavfi", "-i", "sine=frequency=440:beep_factor=4:sample_rate=48000"]
      + ["-map", "0:v:0", "-map", "1:a:0", "-t", "\(seconds)", "-c:v", "libx264", "-preset", "ultrafast", "-crf", "14"]
      + ["-pix_fmt", "yuv420p", "-g", "50", "-c:a", "aac", "-ac", "2", "-movflags", "+faststart", path]
    let made = try await Shell.run(command)
    guard made.status == 0 else { throw ShellError.failed(command, made.output) }
    return film
  }

  private var input: [String] {
    switch content {
    case .mixed:
      [
        "-f", "lavfi", "-i",
        "testsrc2=\(rate):d=5,format=yuv420p[a];mandelbrot=\(rate):maxiter=300:end_pts=2000,trim=duration=5,"
          + "format=yuv420p[b];life=size=320x180:rate=\(Self.framesPerSecond):seed=7:mold=10:life_color=#C83232:"
          + "death_color=#323296,trim=duration=5,scale=1280:720:flags=neighbor,format=yuv420p[c];"
          + "[a][b][c]concat=n=3,loop=loop=-1:size=\(15 * Self.framesPerSecond)",
      ]
    case .gradients: ["-f", "lavfi", "-i", "gradients=\(rate):seed=5:nb_colors=4:speed=0.02"]
    case .noisyGradients:
      ["-f", "lavfi", "-i", "gradients=\(rate):seed=9:nb_colors=4:speed=0.02,format=yuv420p,noise=alls=12:allf=t"]
    case .cells:
      [
        "-f", "lavfi", "-i",
        "life=size=320x180:rate=\(Self.framesPerSecond):seed=3:ratio=0.2:mold=20:life_color=#F0E68C:"
          + "death_color=#2E8B57:mold_color=#05240F,scale=1280:720:flags=neighbor",
      ]
    case .fractal: ["-f", "lavfi", "-i", "mandelbrot=\(rate):maxiter=400:end_pts=3000:end_scale=0.01"]
    case .bunny: ["-stream_loop", "-1", "-i", Self.bunny]
    }
  }

  private var rate: String { "size=\(Self.size):rate=\(Self.framesPerSecond)" }

  static var bunny: String {
    "\(ProcessInfo.processInfo.environment["MATINEE_TOOLS"] ?? ".matinee-tools")/bigbuckbunny.mp4"
  }
}
