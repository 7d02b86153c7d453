import CCurl
import Contract

/// One request on its way through a loop. Made by the caller, handed over once, and from then on touched by the
/// loop's thread alone: that is why it may cross threads without a lock.
class Transfer: @unchecked Sendable {
  enum State {
    case fresh, waiting, running(EasyHandle), done
  }

  let lane: UpstreamLane
  let head: RequestHead
  let upstream: String
  let deadline: Deadline
  /// Where the transfer is; of the loop's thread.
  var state = State.fresh

  init(lane: UpstreamLane, head: RequestHead, upstream: String, deadline: Deadline) {
    self.lane = lane
    self.head = head
    self.upstream = upstream
    self.deadline = deadline
  }

  /// Makes `easy` ready to be added.
  func prepare(_ easy: EasyHandle, settings: ClientSettings) {}

  /// Takes what `easy` received; the handle is recycled before ``deliver()`` tells the caller.
  func succeed(_ easy: EasyHandle) {}

  /// Ends the transfer without a whole answer.
  func fail(_ error: any Error) {}

  /// Called once, after the handle is back in its pool.
  func deliver() {}

  /// Why `easy` ended with `code`. The rule for a repeat rests on `wasSent`, not on the code: libcurl may have sent
  /// the request over a kept connection, lost it, and then failed to connect.
  func failure(_ code: CURLcode, _ easy: EasyHandle) -> TransportError {
    let answer = easy.answer.pointee
    if answer.body.over { return .answerTooLarge(upstream: upstream, limitBytes: answer.body.limit) }
    if answer.head.over { return .answerTooLarge(upstream: upstream, limitBytes: answer.head.limit) }
    // Opening a connection has its own, shorter limit; libcurl's clock may be a little ahead of ours.
    if code == CURLE_OPERATION_TIMEDOUT, easy.wasSent || deadline.remaining <= .milliseconds(5) {
      return .deadlinePassed(upstream: upstream)
    }
    let reason = String(cString: curl_easy_strerror(code))
    return easy.wasSent
      ? .interrupted(upstream: upstream, reason: reason) : .unreachable(upstream: upstream, reason: reason)
  }
}

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
