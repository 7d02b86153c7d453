import EncodingAPI
import Foundation
import Synchronization
import Testing

@testable import EncoderService

/// What runs encoders, one at a time: two at once leave a small machine nothing for the other tests.
@Suite("With real films", .serialized) enum FilmTests {}

/// Small films made for a test, with the real ffmpeg.
enum Footage {
  private static let environment = ProcessInfo.processInfo.environment
  /// Where deploy puts tools, or where the environment says.
  private static let tools: String = {
    let root = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    return environment["MATINEE_TOOLS"] ?? "/\(root)/.matinee-tools"
  }()

  /// Shaka Packager.
  static let packager = environment["MATINEE_ENCODER_PACKAGER"] ?? "\(tools)/packager"
  /// ffmpeg with VMAF, which need not be there.
  static let vmaf = environment["MATINEE_ENCODER_VMAF"] ?? "\(tools)/ffmpeg-vmaf"

  /// Runs a program that has to succeed; answers its standard output.
  @discardableResult
  static func run(_ program: String, _ arguments: [String]) async throws -> String {
    let lines = Mutex<[String]>([])
    let end = try await Subprocess.run(
      Command(executable: "/usr/bin/env", arguments: [program] + arguments), timeLimit: .seconds(100)
    ) { line in lines.withLock { $0.append(String(line)) } }
    guard end.isSuccess else { throw FootageFault(description: "\(program): \(end.cause) \(end.standardError)") }
    return lines.withLock { $0.joined(separator: "\n") }
  }

  /// Moving pictures with hard cuts every two seconds and, unless silent, a tone.
  static func film(
    _ path: String, seconds: Int = 7, size: String = "320x180", rate: String = "25", sound: Bool = true,
    more: [String] = []
  ) async throws {
    // Blocks of another pattern every two seconds: cuts nobody can overlook.
    let cuts = "negate=enable='eq(mod(floor(t/2),2),1)',hue=h=120:enable='eq(mod(floor(t/2),3),2)'"
    let input = ["-f", "lavfi", "-i", "testsrc2=s=\(size):r=\(rate):d=\(seconds)"]
    let tone = sound ? ["-f", "lavfi", "-i", "sine=f=440:r=48000:d=\(seconds)"] : []
    try await run(
      "ffmpeg",
      ["-nostdin", "-v", "error", "-y"] + input + tone + ["-vf", "\(cuts),format=yuv420p"]
        + ["-c:v", "libx264", "-preset", "veryfast", "-threads", "1", "-bf", "3", "-g", "37"]
        + (sound ? ["-c:a", "aac", "-shortest"] : []) + more + [path])
  }

  /// One MD5 per decoded picture.
  static func pictures(_ path: String) async throws -> [String] {
    try await run(
      "ffmpeg",
      ["-nostdin", "-v", "quiet", "-i", path, "-map", "0:v:0", "-fps_mode", "passthrough", "-f", "framemd5", "-"]
    ).split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { $0.split(separator: ",").last.map(String.init) }
  }
}

struct FootageFault: Error, CustomStringConvertible {
  var description: String
}
