import CCurl
import Contract

/// A libcurl handle, preset once for an upstream and used again and again; owned by the loop's thread.
final class EasyHandle {
  /// Memory a handle keeps between two uses, in bytes.
  private static let keptBytes = 64 * 1024

  let raw: UnsafeMutableRawPointer
  let answer: UnsafeMutablePointer<ccurl_answer>
  /// The transfer this handle carries now.
  var transfer: Transfer?
  private var bodyWasLarge = false
  private var isUpload = false

  /// Nil where libcurl has no memory left.
  init?(_ address: UpstreamAddress, settings: ClientSettings) {
    guard let raw = curl_easy_init() else { return nil }
    self.raw = raw
    answer = .allocate(capacity: 1)
    answer.initialize(to: ccurl_answer())
    ccurl_preset(raw, answer)
    ccurl_set_long(raw, CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeoutMilliseconds)
    if let path = address.socketPath { ccurl_set_text(raw, CURLOPT_UNIX_SOCKET_PATH, path) }
    ccurl_set_pointer(raw, CURLOPT_PRIVATE, Unmanaged.passUnretained(self).toOpaque())
  }

  deinit {
    curl_easy_cleanup(raw)
    free(answer.pointee.head.start)
    free(answer.pointee.body.start)
    answer.deallocate()
  }

  /// The handle that libcurl reports about; valid while a transfer or a pool holds it.
  static func of(_ raw: UnsafeMutableRawPointer) -> EasyHandle? {
    ccurl_private(raw).map { Unmanaged<EasyHandle>.fromOpaque($0).takeUnretainedValue() }
  }

  /// Sets method, address, header lines and bounds of the next use.
  func prepare(_ head: RequestHead, headLimitBytes: Int, bodyLimitBytes: Int) {
    answer.pointee.attempts = 0
    // One sending again is libcurl's answer to a kept connection that died while idle.
    answer.pointee.attempts_allowed = head.isRepeatable ? 2 : 1
    ccurl_empty(&answer.pointee.head, headLimitBytes, Self.keptBytes)
    ccurl_empty(&answer.pointee.body, bodyLimitBytes, Self.keptBytes)
    ccurl_set_text(raw, CURLOPT_URL, head.url)
    ccurl_set_headers(raw, head.headers)
  }

  /// A request whose body, if any, is in memory.
  func setMethod(_ method: HTTPMethod, body: [UInt8]) {
    switch method {
    case .get where body.isEmpty:
      ccurl_set_long(raw, CURLOPT_HTTPGET, 1)
      ccurl_set_text(raw, CURLOPT_CUSTOMREQUEST, nil)
    case .head:
      ccurl_set_text(raw, CURLOPT_CUSTOMREQUEST, nil)
      ccurl_set_long(raw, CURLOPT_NOBODY, 1)
    case .delete where body.isEmpty, .options where body.isEmpty:
      ccurl_set_long(raw, CURLOPT_HTTPGET, 1)
      ccurl_set_text(raw, CURLOPT_CUSTOMREQUEST, method.rawValue)
    default:
      ccurl_set_long(raw, CURLOPT_NOBODY, 0)
      ccurl_set_long(raw, CURLOPT_POST, 1)
      ccurl_set_text(raw, CURLOPT_CUSTOMREQUEST, method == .post ? nil : method.rawValue)
      _ = body.withUnsafeBytes { ccurl_set_body(raw, $0.baseAddress ?? UnsafeRawPointer(answer), Int64($0.count)) }
      bodyWasLarge = body.count > Self.keptBytes
    }
  }

  /// A request whose body is asked for piece by piece.
  func setUpload(_ method: HTTPMethod, contentLength: Int?) {
    ccurl_set_long(raw, CURLOPT_UPLOAD, 1)
    ccurl_set_text(raw, CURLOPT_CUSTOMREQUEST, method.rawValue)
    ccurl_set_size(raw, CURLOPT_INFILESIZE_LARGE, contentLength.map { Int64($0) } ?? -1)
    // An upload cannot be sent again, so it does not go over a kept connection that may be dead.
    ccurl_set_long(raw, CURLOPT_FRESH_CONNECT, 1)
    answer.pointee.attempts_allowed = 1
    isUpload = true
  }

  /// Lets go of what the last use held.
  func recycle() {
    transfer = nil
    ccurl_set_headers(raw, nil)
    if isUpload {
      ccurl_set_long(raw, CURLOPT_UPLOAD, 0)
      ccurl_set_size(raw, CURLOPT_INFILESIZE_LARGE, -1)
      ccurl_set_long(raw, CURLOPT_FRESH_CONNECT, 0)
      isUpload = false
    }
    if bodyWasLarge {
      ccurl_set_pointer(raw, CURLOPT_COPYPOSTFIELDS, nil)
      bodyWasLarge = false
    }
  }

  /// Whether a byte of the request may have left.
  var wasSent: Bool { answer.pointee.attempts > 0 }
}
