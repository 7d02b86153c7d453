import EncodingAPI

/// ffprobe's JSON, as far as it is believed.
struct ProbeReport: Decodable, Sendable {
  struct Stream: Decodable, Sendable {
    struct Disposition: Decodable, Sendable {
      var attached_pic: Int?
      var `default`: Int?
      var forced: Int?
      var comment: Int?
      var hearing_impaired: Int?
      var visual_impaired: Int?
      var captions: Int?
      var descriptions: Int?
    }
    struct SideData: Decodable, Sendable {
      var rotation: Double?
      var dv_profile: Int?
    }
    struct Tags: Decodable, Sendable {
      var language: String?
      var title: String?
      var rotate: String?
    }

    var index: Int
    var codec_type: String?
    var codec_name: String?
    var width: Int?
    var height: Int?
    var sample_aspect_ratio: String?
    var pix_fmt: String?
    var field_order: String?
    var color_primaries: String?
    var color_transfer: String?
    var color_space: String?
    var color_range: String?
    var bits_per_raw_sample: String?
    var r_frame_rate: String?
    var avg_frame_rate: String?
    var start_time: String?
    var channels: Int?
    var channel_layout: String?
    var disposition: Disposition?
    var side_data_list: [SideData]?
    var tags: Tags?
  }

  struct Format: Decodable, Sendable {
    var format_name: String?
    var duration: String?
    var start_time: String?
  }

  var streams: [Stream]?
  var format: Format?

  var videoStream: Stream? {
    streams?.first { $0.codec_type == "video" && $0.disposition?.attached_pic != 1 }
  }

  var audioStreams: [Stream] { streams?.filter { $0.codec_type == "audio" } ?? [] }
  var subtitleStreams: [Stream] { streams?.filter { $0.codec_type == "subtitle" } ?? [] }
}

extension ProbeReport.Stream {
  /// Width and height as shown: pixels made square, rotation applied, both even.
  var shownSize: (width: Int, height: Int)? {
    guard let width, let height, width > 0, height > 0 else { return nil }
    var shownWidth = Double(width)
    if let aspect = sample_aspect_ratio.flatMap({ Ratio($0, separator: ":") }), aspect.value > 0.1, aspect.value < 10 {
      shownWidth *= aspect.value
    }
    let even = (Int((shownWidth / 2).rounded()) * 2, height / 2 * 2)
    return isTurned ? (even.1, even.0) : even
  }

  private var isTurned: Bool { rotationDegrees % 180 == 90 }

  /// Clockwise, 0 to 359: the file's matrix turns the other way round.
  var rotationDegrees: Int {
    let turned = side_data_list?.compactMap(\.rotation).first.map { -$0 } ?? tags?.rotate.flatMap { Double($0) } ?? 0
    guard turned.isFinite, abs(turned) <= 360 else { return 0 }
    return (Int(turned.rounded()) + 360) % 360
  }

  /// Where pixels are not square.
  var oddPixelAspect: String? {
    guard let aspect = sample_aspect_ratio.flatMap({ Ratio($0, separator: ":") }), aspect.value > 0.1,
      aspect.value < 10, aspect.numerator != aspect.denominator
    else { return nil }
    return "\(aspect.numerator):\(aspect.denominator)"
  }

  var colour: ColourFacts {
    func said(_ text: String?) -> String? { text == "unknown" || text == "reserved" ? nil : text }
    return ColourFacts(
      primaries: said(color_primaries), transfer: said(color_transfer), matrix: said(color_space),
      range: said(color_range), pixelFormat: pix_fmt, bitDepth: bitDepth, isHighDynamicRange: isHighDynamicRange)
  }

  /// Of a component, by the name of the format: `yuv420p10le`, `gbrp12be`; the rest have eight.
  private var bitDepth: Int {
    guard let match = pix_fmt?.firstMatch(of: /p(?:0)?(9|10|12|14|16)(?:le|be)$/) else { return 8 }
    return Int(match.1) ?? 8
  }

  var declaredRates: [FrameRate] {
    [r_frame_rate, avg_frame_rate].compactMap { text in
      guard let ratio = text.flatMap({ Ratio($0, separator: "/") }), ratio.value > 0 else { return nil }
      return FrameRate(ratio.numerator, ratio.denominator)
    }
  }

  var isInterlaced: Bool { ["tt", "bb", "tb", "bt"].contains(field_order ?? "") }
  /// Its colours mean nothing to whoever does not speak Dolby Vision.
  var isDolbyVisionAlone: Bool { side_data_list?.contains { $0.dv_profile == 5 } == true }
  var isHighDynamicRange: Bool { ["smpte2084", "arib-std-b67"].contains(color_transfer ?? "") }
}

private struct Ratio {
  var numerator: Int
  var denominator: Int
  var value: Double { Double(numerator) / Double(denominator) }

  init?(_ text: String, separator: Character) {
    let parts = text.split(separator: separator)
    guard parts.count == 2, let numerator = Int(parts[0]), let denominator = Int(parts[1]), denominator > 0 else {
      return nil
    }
    self.numerator = numerator
    self.denominator = denominator
  }
}

/// Times of the pictures of a file, gathered from ffprobe's packet lines `pts_time,duration_time,flags`.
struct PictureTimes: Sendable {
  private(set) var seconds: [Double] = []
  private(set) var countWithoutTime = 0
  static let limit = 24 * 3600 * 120

  mutating func read(_ line: Substring) {
    let fields = line.split(separator: ",", omittingEmptySubsequences: false)
    guard fields.count >= 2, seconds.count < Self.limit else { return }
    // A packet marked D is decoded but not shown: outside the edit list.
    if fields[1].contains("D") { return }
    if let time = Double(fields[0]) { seconds.append(time) } else { countWithoutTime += 1 }
  }

  var ascending: [Double] { seconds.sorted() }
}
