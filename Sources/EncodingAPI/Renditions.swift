package struct Rendition: Codable, Sendable, Hashable {
  /// `720p`: the short side in pixels; in other codecs than H.264 `hevc-720p`.
  package var name: String
  package var codec: VideoCodec
  package var width: Int
  package var height: Int
  /// Exact, as `30000/1001`.
  package var frameRate: String
  /// The encoder's cap.
  package var maximumBitrateKbps: Int
  /// What it came to; absent until packaged.
  package var averageBitrateKbps: Int?
  /// Of the pictures alone; absent until packaged.
  package var bytes: Int?
  /// On the codec's own scale.
  package var constantRateFactor: Int?
  package var why: RenditionWhy?
  /// Absent until measured.
  package var quality: RenditionQuality?

  package init(
    name: String, codec: VideoCodec, width: Int, height: Int, frameRate: String, maximumBitrateKbps: Int,
    averageBitrateKbps: Int?
  ) {
    self.name = name
    self.codec = codec
    self.width = width
    self.height = height
    self.frameRate = frameRate
    self.maximumBitrateKbps = maximumBitrateKbps
    self.averageBitrateKbps = averageBitrateKbps
  }
}
