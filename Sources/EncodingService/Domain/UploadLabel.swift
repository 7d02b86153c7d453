import Foundation

/// What people call an upload. Only for people to read: control characters go, the rest is kept as it is and used for
/// nothing: never for a path, an address or a type.
enum UploadLabel {
  static let longest = 200
  static let longestMetadata = 4096

  static func label(_ name: String) throws(EncodingError) -> String? {
    let label = String(
      String.UnicodeScalarView(name.unicodeScalars.filter { $0.properties.generalCategory != .control }))
    guard label.count <= longest else { throw .labelTooLong(limit: longest) }
    return label.isEmpty ? nil : label
  }

  /// The `filename` or `name` of `Upload-Metadata`: pairs of a key and a Base64 value, separated by commas.
  static func label(metadata: String) throws(EncodingError) -> String? {
    guard metadata.utf8.count <= longestMetadata else {
      throw .tus("Upload-Metadata", "must have at most \(longestMetadata) bytes")
    }
    var values: [String: String] = [:]
    for pair in metadata.split(separator: ",") {
      let parts = pair.split(separator: " ")
      guard (1...2).contains(parts.count), parts[0].utf8.allSatisfy({ $0 > 32 && $0 < 127 }) else {
        throw .tus("Upload-Metadata", "must be pairs of a key and a Base64 value, separated by commas")
      }
      guard let value = Data(base64Encoded: parts.count == 2 ? String(parts[1]) : "") else {
        throw .tus("Upload-Metadata", "holds a value that is not Base64")
      }
      guard values.updateValue(String(decoding: value, as: UTF8.self), forKey: String(parts[0])) == nil else {
        throw .tus("Upload-Metadata", "holds a key twice")
      }
    }
    return try (values["filename"] ?? values["name"]).flatMap { text throws(EncodingError) in try label(text) }
  }
}
