package import Contract

package enum AudioCodec: String, Codable, Sendable, CaseIterable {
  /// AAC-LC, which everything plays.
  case aac
  /// Better at the same bits, where it is played.
  case opus
}

/// One audio stream of the source.
package struct AudioFacts: Codable, Sendable, Hashable {
  /// Among the file's audio streams, from 0.
  package var streamIndex: Int
  package var codec: String
  package var channels: Int
  /// ffmpeg's name: `stereo`, `5.1(side)`; absent where the file does not say.
  package var layout: String?
  /// BCP 47, `und` where the file does not say.
  package var language: String
  package var role: AudioRole
  package var isDefault: Bool
  package var title: String?
  /// Why it will not be carried on; absent where it will.
  package var reasonNotCarried: String?

  package init(
    streamIndex: Int, codec: String, channels: Int, layout: String? = nil, language: String, role: AudioRole = .main,
    isDefault: Bool = false, title: String? = nil, reasonNotCarried: String? = nil
  ) {
    self.streamIndex = streamIndex
    self.codec = codec
    self.channels = channels
    self.layout = layout
    self.language = language
    self.role = role
    self.isDefault = isDefault
    self.title = title
    self.reasonNotCarried = reasonNotCarried
  }
}

/// One track of sound as it will be published: one stream of the source in one codec, always stereo.
package struct AudioTrackPlan: Codable, Sendable, Hashable {
  /// Among the file's audio streams, from 0.
  package var streamIndex: Int
  package var codec: AudioCodec
  package var language: String
  package var role: AudioRole
  /// For people; differs among the tracks of one codec.
  package var name: String
  package var isDefault: Bool
  /// In the asset's folder, `audio/de`; differs among all tracks.
  package var folder: String

  package init(
    streamIndex: Int, codec: AudioCodec = .aac, language: String, role: AudioRole = .main, name: String,
    isDefault: Bool, folder: String
  ) {
    self.streamIndex = streamIndex
    self.codec = codec
    self.language = language
    self.role = role
    self.name = name
    self.isDefault = isDefault
    self.folder = folder
  }

  package var playlist: String { "\(folder)/playlist.m3u8" }
}
