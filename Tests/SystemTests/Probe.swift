import Foundation
import TestKit

/// What ffprobe and ffmpeg say of a file or an address.
enum Probe {
  static func frames(of address: String) async throws -> Int {
    let command = [
      "ffprobe", "-v", "error", "-select_streams", "v:0", "-count_frames", "-show_entries", "stream=nb_read_frames",
      "-of", "csv=p=0", address,
    ]
    let result = try await Shell.run(command)
    guard let text = result.output.split(whereSeparator: { !$0.isNumber }).first, let count = Int(text) else {
      throw ShellError.failed(command, result.output)
    }
    return count
  }

  static func hasSound(_ address: String) async throws -> Bool {
    try await Shell.run([
      "ffprobe", "-v", "error", "-select_streams", "a:0", "-show_entries", "stream=codec_type", "-of", "csv=p=0",
      address,
    ]).output.contains("audio")
  }

  /// Seconds at which the picture changes abruptly.
  static func cuts(in address: String) async throws -> [Double] {
    let result = try await Shell.run([
      "ffmpeg", "-nostdin", "-v", "info", "-i", address, "-map", "0:v:0", "-vf",
      "scale=320:180,select='gt(scene,0.3)',showinfo",
      "-f",
      "null", "-",
    ])
    return result.output.matches(of: /pts_time:\s*([0-9.]+)/).compactMap { Double($0.1) }
  }
}
