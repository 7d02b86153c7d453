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

  /// Tells the caller what there is to tell; the last time after the handle is back in its pool.
  func deliver() {}

  /// When ``check(_:)`` is wanted, at the latest.
  var nextCheck: ContinuousClock.Instant? { nil }

  /// Why the transfer has to end now, if it has to.
  func check(_ now: ContinuousClock.Instant) -> TransportError? { nil }

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
