import EncodingAPI

extension JobOptions {
  /// Throws ``EncodingError/option(field:_:)`` for what no film can be encoded with.
  func refuseImpossible() throws {
    if let codecs {
      guard codecs.contains(.h264) else {
        throw EncodingError.option(field: "codecs", "must contain h264, which every device plays")
      }
      guard Set(codecs).count == codecs.count else {
        throw EncodingError.option(field: "codecs", "names a codec twice")
      }
    }
    if progressive == true, encryption?.scheme != nil {
      throw EncodingError.option(field: "progressive", "must be left out where encryption is asked for")
    }
  }
}
