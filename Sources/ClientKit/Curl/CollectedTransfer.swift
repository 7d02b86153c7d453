import CCurl
import Contract

/// A call whose answer is collected whole.
final class CollectedTransfer: Transfer, @unchecked Sendable {
  struct Answer: Sendable {
    let status: Int
    let head: [UInt8]
    let body: [UInt8]
  }

  private let body: [UInt8]
  private let bodyLimitBytes: Int
  /// Set by the caller before the transfer is handed over.
  var continuation: CheckedContinuation<Answer, any Error>?
  private var result: Result<Answer, any Error>?

  init(
    lane: UpstreamLane, head: RequestHead, upstream: String, deadline: Deadline, body: [UInt8], bodyLimitBytes: Int
  ) {
    self.body = body
    self.bodyLimitBytes = bodyLimitBytes
    super.init(lane: lane, head: head, upstream: upstream, deadline: deadline)
  }

  override func prepare(_ easy: EasyHandle, settings: ClientSettings) {
    let milliseconds = max(1, deadline.remainingMilliseconds)
    head.append(remainingMilliseconds: milliseconds)
    easy.prepare(head, headLimitBytes: settings.headLimitBytes, bodyLimitBytes: bodyLimitBytes)
    easy.setMethod(head.method, body: body)
    ccurl_collect(easy.raw, easy.answer)
    ccurl_set_long(easy.raw, CURLOPT_TIMEOUT_MS, milliseconds)
  }

  override func succeed(_ easy: EasyHandle) {
    let answer = easy.answer.pointee
    result = .success(
      Answer(
        status: ccurl_response_code(easy.raw),
        head: Array(UnsafeBufferPointer(start: answer.head.start, count: answer.head.count)),
        body: Array(UnsafeBufferPointer(start: answer.body.start, count: answer.body.count))))
  }

  override func fail(_ error: any Error) {
    result = .failure(error)
  }

  override func deliver() {
    guard let continuation, let result else { return }
    self.continuation = nil
    continuation.resume(with: result)
  }
}
