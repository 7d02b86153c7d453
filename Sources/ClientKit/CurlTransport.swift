package import Contract

/// Calls one upstream over the process's ``CurlLoop``.
///
/// Adds who asks (`authorization: Internal …`), the trace, the time left and the idempotency key of the context.
/// Throws ``TransportError`` where there is no answer, `CancellationError` where the calling task is cancelled.
package final class CurlTransport: StreamingTransport, Sendable {
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
    let engine = loop.calls
    let (lane, head) = try prepare(request, on: engine)
    let transfer = CollectedTransfer(
      lane: lane, head: head, upstream: upstream, deadline: request.context.deadline, body: request.body,
      bodyLimitBytes: bodyLimitBytes)
    let answer = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        transfer.continuation = continuation
        engine.hand(.start(transfer))
      }
    } onCancel: {
      engine.hand(.end(transfer, CancellationError()))
    }
    return TransportResponse(
      status: answer.status, headers: ResponseHead.headers(of: answer.head), body: answer.body)
  }

  /// A call with bodies of any length, both ways, in constant memory: whoever is slow slows the other side.
  ///
  /// Returns when the head of the answer has come. Until then the context's deadline holds, so an upload needs one
  /// long enough for its whole body; from then on, and while an upload moves, ``ClientSettings/stallTimeout``.
  /// An error of `upload.chunks` before the head has come is thrown as it is.
  package func stream(_ request: TransportRequest, upload: StreamingUpload? = nil) async throws -> StreamingResponse {
    let engine = loop.streams
    let (lane, head) = try prepare(request, on: engine)
    let feed = upload.map { upload in
      UploadFeed(contentLength: upload.contentLength, limitBytes: loop.settings.streamBufferBytes)
    }
    let transfer = StreamTransfer(
      engine: engine, lane: lane, head: head, upstream: upstream, deadline: request.context.deadline,
      body: request.body, feed: feed)
    let handle = StreamHandle(loop: loop, transfer: transfer)
    if let upload, let feed {
      feed.setPump(Task { await Self.pump(upload, into: feed, of: transfer, engine) })
    }
    let answer = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        transfer.continuation = continuation
        engine.hand(.start(transfer))
      }
    } onCancel: {
      engine.hand(.end(transfer, CancellationError()))
    }
    return StreamingResponse(
      status: answer.status, headers: ResponseHead.headers(of: answer.raw), body: StreamBody(handle: handle))
  }

  private static func pump(
    _ upload: StreamingUpload, into feed: UploadFeed, of transfer: StreamTransfer, _ engine: CurlEngine
  ) async {
    let wake: @Sendable () -> Void = { engine.hand(.resumeSending(transfer)) }
    do {
      for try await chunk in upload.chunks { try await feed.push(chunk, wake: wake) }
      try feed.finish(wake: wake)
    } catch {
      engine.hand(.end(transfer, error))
    }
  }

  private func prepare(
    _ request: TransportRequest, on engine: CurlEngine
  ) throws(TransportError) -> (UpstreamLane, RequestHead) {
    guard let address else { throw .refused(upstream: upstream, reason: "its address cannot be read") }
    guard !request.context.deadline.hasPassed else { throw .deadlinePassed(upstream: upstream) }
    guard
      let head = RequestHead(request, origin: address.origin, credential: credential(request.context.principal))
    else { throw .refused(upstream: upstream, reason: "the target or a header cannot be sent") }
    return (engine.lane(for: address), head)
  }
}
