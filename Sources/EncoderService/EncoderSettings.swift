import ConfigKit
import Foundation

/// Every setting of an encoder, read once.
struct EncoderSettings: Sendable {
  enum Sandboxing: String, CaseIterable, Sendable {
    /// bubblewrap, or no work is done.
    case required
    /// Only resource limits: for machines where bubblewrap is not permitted and every source is trusted.
    case off
  }

  /// Unique among the encoders running; default: process id on this machine.
  let name: String
  let sandboxing: Sandboxing
  /// Paths, or names looked up in PATH.
  let ffmpeg: String
  let ffprobe: String
  let packager: String
  /// An ffmpeg with libvmaf; where it is not there, quality is told in SSIM alone.
  let vmaf: String
  let bubblewrap: String
  let prlimit: String
  /// One that has Debian's python3-cryptography: encrypts whole segments, for `aes128`.
  let python: String
  /// Of each program started.
  let memoryLimitBytes: Int
  let fileSizeLimitBytes: Int
  let processorSecondsLimit: Int
  let openFilesLimit: Int
  /// A program silent for so long is ended.
  let silenceLimitSeconds: Int
  /// Where sources are refused, see ``SourceLimits``.
  let sourceLimits: SourceLimits
  /// No task is leased while less is free in the media store.
  let reserveBytes: Int
  /// Where copies of films go that this machine does not see.
  let scratchFolder: String
  /// Of those copies together.
  let sourceCacheBytes: Int
  /// A copy nobody has used for so long goes.
  let sourceKeepSeconds: Double
  /// How often the media store is swept for what nobody needs any more.
  let sweepIntervalSeconds: Double
  /// The media store's folder, shared by all encoders and delivery.
  let mediaFolder: String

  init(_ reader: SettingsReader, home: String) throws {
    let tools = try reader.text("TOOLS", default: "/usr/local/bin")
    name = try reader.text("ENCODER_NAME", default: "encoder-\(ProcessInfo.processInfo.processIdentifier)")
    sandboxing = try reader.choice("ENCODER_SANDBOX", default: .required)
    ffmpeg = try reader.text("ENCODER_FFMPEG", default: "ffmpeg")
    ffprobe = try reader.text("ENCODER_FFPROBE", default: "ffprobe")
    packager = try reader.text("ENCODER_PACKAGER", default: "\(tools)/packager")
    vmaf = try reader.text("ENCODER_VMAF", default: "\(tools)/ffmpeg-vmaf")
    bubblewrap = try reader.text("ENCODER_BUBBLEWRAP", default: "bwrap")
    python = try reader.text("ENCODER_PYTHON", default: "/usr/bin/python3")
    prlimit = try reader.text("ENCODER_PRLIMIT", default: "prlimit")
    memoryLimitBytes = try reader.integer(
      "ENCODER_MEMORY_LIMIT_BYTES", default: 6 << 30, in: 256 << 20...1 << 40)
    fileSizeLimitBytes = try reader.integer(
      "ENCODER_FILE_SIZE_LIMIT_BYTES", default: 200 << 30, in: 1 << 20...1 << 44)
    processorSecondsLimit = try reader.integer(
      "ENCODER_PROCESSOR_SECONDS_LIMIT", default: 12 * 3600, in: 10...30 * 86_400)
    openFilesLimit = try reader.integer("ENCODER_OPEN_FILES_LIMIT", default: 1024, in: 64...65_536)
    silenceLimitSeconds = try reader.integer("ENCODER_SILENCE_LIMIT_SECONDS", default: 300, in: 5...7200)
    sourceLimits = SourceLimits(
      pixels: try reader.integer("ENCODER_SOURCE_PIXELS_LIMIT", default: 35_389_440, in: 4096...268_435_456),
      durationSeconds: try reader.double("ENCODER_SOURCE_SECONDS_LIMIT", default: 6 * 3600, in: 1...86_400))
    reserveBytes = try reader.integer("ENCODER_RESERVE_BYTES", default: 1 << 30, in: 0...1 << 50)
    scratchFolder = try reader.text("ENCODER_SCRATCH_FOLDER", default: "\(home)/encoder")
    sourceCacheBytes = try reader.integer("ENCODER_SOURCE_CACHE_BYTES", default: 100 << 30, in: 1 << 20...1 << 50)
    sourceKeepSeconds = try reader.double("ENCODER_SOURCE_KEEP_SECONDS", default: 900, in: 0.5...604_800)
    sweepIntervalSeconds = try reader.double("ENCODER_SWEEP_INTERVAL_SECONDS", default: 300, in: 0.1...86_400)
    mediaFolder = try reader.text("ENCODER_MEDIA_FOLDER", default: "\(home)/media")
  }
}

/// What is too much of a film.
struct SourceLimits: Sendable {
  /// Width by height; the default is that of 8192×4320.
  var pixels = 35_389_440
  var durationSeconds: Double = 6 * 3600
  /// Pictures a second above which a file is not taken for a film.
  var framesPerSecond: Double = 300
  static let fewestPixelsOfASide = 16
}
