package import Contract

/// Calls one upstream over the process's ``CurlLoop``.
///
/// Adds who asks (`authorization: Internal …`), the trace, the time left and the idempotency key of the context.
/// Throws ``TransportError`` where there is no answer, `CancellationError` where the calling task is cancelled.
package final class CurlTransport: Transport, Sendable {
  /// The upstream's name in errors.
  package let upstream: String
  private let loop: CurlLoop
  private let address: UpstreamAddress?
  private let bodyLimitBytes: Int
  private let credential: @Sendable (Principal) -> String?

  /// - Parameters:
  ///   - baseURL: `http://host:port`, or `unix:/path` of a socket; with anything else every call is refused.
  ///   - bodyLimitBytes: The largest collected answer; nil for the loop's own limit.
  ///   - credential: The token that speaks for a principal; nil sends none.
  package init(
    loop: CurlLoop, upstream: String, baseURL: String, bodyLimitBytes: Int? = nil,
    credential: @escaping @Sendable (Principal) -> String? = { _ in nil }
  ) {
    self.loop = loop
    self.upstream = upstream
    self.address = UpstreamAddress(baseURL)
    self.bodyLimitBytes = bodyLimitBytes ?? loop.settings.bodyLimitBytes
    self.credential = credential
  }

  package func send(_ request: TransportRequest) async throws -> TransportResponse {
    let (lane, head) = try prepare(request, on: loop)
    let transfer = CollectedTransfer(
      lane: lane, head: head, upstream: upstream, deadline: request.context.deadline, body: request.body,
      bodyLimitBytes: bodyLimitBytes)
    let engine = loop.engine
    let answer = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        transfer.continuation = continuation
        engine.hand(.start(transfer))
      }
    } onCancel: {
      engine.hand(.cancel(transfer))
    }
    return TransportResponse(
      status: answer.status, headers: ResponseHead.headers(of: answer.head), body: answer.body)
  }

  private func prepare(_ request: TransportRequest, on loop: CurlLoop) throws(TransportError) -> (
    UpstreamLane, RequestHead
  ) {
    guard let address else { throw .refused(upstream: upstream, reason: "its address cannot be read") }
    guard !request.context.deadline.hasPassed else { throw .deadlinePassed(upstream: upstream) }
    guard
      let head = RequestHead(request, origin: address.origin, credential: credential(request.context.principal))
    else { throw .refused(upstream: upstream, reason: "the target or a header cannot be sent") }
    return (loop.lane(for: address), head)
  }
}
