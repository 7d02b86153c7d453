/// One size of the ladder in one codec, and its cap.
package struct Rung: Codable, Sendable, Hashable {
  /// Unique in the plan, and the name of its folder: ``VideoCodec/renditionName(_:)``.
  package var name: String
  package var codec: VideoCodec
  package var width: Int
  package var height: Int
  /// On the codec's own scale.
  package var constantRateFactor: Int
  package var maximumBitrateKbps: Int
  /// The codec's name for how much work a picture is worth; absent: the plan's, which is x264's.
  package var preset: String?

  package init(
    name: String, codec: VideoCodec = .h264, width: Int, height: Int, constantRateFactor: Int, maximumBitrateKbps: Int,
    preset: String? = nil
  ) {
    self.name = name
    self.codec = codec
    self.width = width
    self.height = height
    self.constantRateFactor = constantRateFactor
    self.maximumBitrateKbps = maximumBitrateKbps
    self.preset = preset
  }

  /// Plans stored before there was another codec than H.264 do not name it.
  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: CodingKeys.self)
    name = try fields.decode(String.self, forKey: .name)
    codec = try fields.decodeIfPresent(VideoCodec.self, forKey: .codec) ?? .h264
    width = try fields.decode(Int.self, forKey: .width)
    height = try fields.decode(Int.self, forKey: .height)
    constantRateFactor = try fields.decode(Int.self, forKey: .constantRateFactor)
    maximumBitrateKbps = try fields.decode(Int.self, forKey: .maximumBitrateKbps)
    preset = try fields.decodeIfPresent(String.self, forKey: .preset)
  }
}
