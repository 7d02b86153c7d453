import ServerKit

/// What a client says in tus's headers, strictly read.
struct TusHeader: Sendable {
  private let request: RequestInfo

  init(_ request: RequestInfo) {
    self.request = request
  }

  func lengthBytes() throws(EncodingError) -> Int? { try number("Upload-Length") }

  func offset() throws(EncodingError) -> Int {
    guard let offset = try number("Upload-Offset") else { throw .tus("Upload-Offset", "must be said") }
    return offset
  }

  func isLengthDeferred() throws(EncodingError) -> Bool {
    guard let text = request.header("upload-defer-length") else { return false }
    guard text == "1" else { throw .tus("Upload-Defer-Length", "must be 1") }
    return true
  }

  func checksum() throws(EncodingError) -> UploadChecksum? {
    guard let text = request.header("upload-checksum") else { return nil }
    return try UploadChecksum(text)
  }

  func requireContentType() throws(EncodingError) {
    let type = (request.header("content-type") ?? "").prefix { $0 != ";" }.lowercased()
    guard type == TusRoutes.contentType else { throw .wrongContentType(TusRoutes.contentType) }
  }

  private func number(_ name: String) throws(EncodingError) -> Int? {
    guard let text = request.header(name.lowercased()) else { return nil }
    guard !text.isEmpty, text.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }), let number = Int(text) else {
      throw .tus(name, "must be a whole number of bytes")
    }
    return number
  }
}
