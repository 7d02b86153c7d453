import Contract
import EncodingAPI
import Glibc
import Synchronization

/// What is in this file, and can it be handled?
struct Probing: Sendable {
  var tools: Toolbox
  var limits: SourceLimits
  static let timeLimit: Duration = .seconds(600)
  static let reportLimitBytes = 1024 * 1024

  func facts(of source: SourceFile) async throws -> SourceFacts {
    try refusePlainly(source)
    let report = try await report(of: source)
    let (times, complaints) = try await pictureTimes(of: source, report)
    return try SourceJudgement(limits: limits).facts(report, times: times, complaints: complaints)
  }

  private func refusePlainly(_ source: SourceFile) throws {
    let descriptor = open(source.path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw EncodingFault.refused("The film file is no longer there.") }
      throw FileFault("open", source.path)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw FileFault("stat", source.path) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw EncodingFault.refused("The source is not a regular file.") }
    var head = [UInt8](repeating: 0, count: FileSniff.headBytes)
    let count = read(descriptor, &head, head.count)
    guard count >= 0 else { throw FileFault("read", source.path) }
    if let refusal = FileSniff.refusal(of: Array(head[..<count]), sizeBytes: Int(status.st_size)) {
      throw EncodingFault.refused(refusal)
    }
  }

  private func report(of source: SourceFile) async throws -> ProbeReport {
    let json = Mutex<[UInt8]>([])
    let end = try await tools.run(
      .ffprobe, on: WorkFolders(source: source.path), timeLimit: Self.timeLimit,
      onLine: { line in json.withLock { if $0.count < Self.reportLimitBytes { $0 += line.utf8 } } }
    ) { seen in
      ["-hide_banner", "-v", "error"] + FFmpegArguments.guarded(limits: limits)
        + ["-of", "json", "-show_format", "-show_streams", "file:\(seen.source ?? "")"]
    }
    guard end.isSuccess, let report = try? JSON.decode(ProbeReport.self, from: json.withLock { $0 }) else {
      throw unreadable(end)
    }
    // ffprobe goes on without the pictures it may not open, and would then be understood to have found none.
    if report.videoStream?.width ?? 0 == 0, end.standardError.contains(Self.tooManyPixels) { throw tooLarge }
    return report
  }

  private static let tooManyPixels = "exceeds specified max pixel count"

  private var tooLarge: EncodingFault {
    .refused("The film's pictures are larger than the \(limits.pixels) pixels that are accepted.")
  }

  private func pictureTimes(of source: SourceFile, _ report: ProbeReport) async throws -> (PictureTimes, String) {
    guard let stream = report.videoStream else { return (PictureTimes(), "") }
    let times = Mutex(PictureTimes())
    let end = try await tools.run(
      .ffprobe, on: WorkFolders(source: source.path), timeLimit: Self.timeLimit,
      onLine: { line in times.withLock { $0.read(line) } }
    ) { seen in
      ["-hide_banner", "-v", "error"] + FFmpegArguments.guarded(limits: limits)
        + ["-select_streams", "\(stream.index)", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0"]
        + ["file:\(seen.source ?? "")"]
    }
    guard end.isSuccess else { throw unreadable(end) }
    return (times.withLock { $0 }, end.standardError)
  }

  private func unreadable(_ end: ProgramEnd) -> EncodingFault {
    let words = end.standardError
    switch end.cause {
    case .timedOut: return .refused("The file could not be read through in time; it may be damaged.")
    case .killed, .stopped: return .transient("ffprobe was ended: \(end.cause)")
    case .exited: break
    }
    if words.contains("moov atom not found") || words.contains("End of file") {
      return .refused("The file has no index (moov): it was cut short. Send the whole file again.")
    }
    if words.contains("not on whitelist") {
      return .refused("The file is not in a container that is accepted (MP4, MOV, MKV, WebM, TS, MPEG, AVI, FLV).")
    }
    if words.contains(Self.tooManyPixels) { return tooLarge }
    return .refused("The file is not a film in a format that is read here, or it is damaged.")
  }
}
