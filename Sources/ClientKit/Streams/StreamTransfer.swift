import CCurl
import Contract

/// A call whose bodies flow. Between the loop's turns its pieces wait in ``StreamInlet`` and ``UploadFeed``, which
/// have locks of their own; everything else belongs to the loop's thread.
final class StreamTransfer: Transfer, @unchecked Sendable {
  struct Head: Sendable {
    let status: Int
    let raw: [UInt8]
  }

  let inlet: StreamInlet
  let feed: UploadFeed?
  /// Set by the caller before the transfer is handed over.
  var continuation: CheckedContinuation<Head, any Error>?

  private let engine: CurlEngine
  private let body: [UInt8]
  private let stallTimeout: Duration
  private var answerHead: Head?
  private var end: Result<Void, any Error>?
  private var isToBeHeard = false
  private var isReceivingPaused = false
  private var isSendingPaused = false
  private var isSent: Bool
  private var lastProgress = ContinuousClock.now

  init(
    engine: CurlEngine, lane: UpstreamLane, head: RequestHead, upstream: String, deadline: Deadline,
    body: [UInt8], feed: UploadFeed?
  ) {
    self.engine = engine
    self.body = body
    self.feed = feed
    isSent = feed == nil
    inlet = StreamInlet(limitBytes: engine.settings.streamBufferBytes)
    stallTimeout = engine.settings.stallTimeout
    super.init(lane: lane, head: head, upstream: upstream, deadline: deadline)
  }

  override func prepare(_ easy: EasyHandle, settings: ClientSettings) {
    head.append(remainingMilliseconds: max(1, deadline.remainingMilliseconds))
    easy.prepare(head, headLimitBytes: settings.headLimitBytes, bodyLimitBytes: 0)
    if let feed {
      easy.setUpload(head.method, contentLength: feed.contentLength)
    } else {
      easy.setMethod(head.method, body: body)
    }
    ccurl_stream(easy.raw, Self.onBody, Self.onHeader, Self.onRead, Unmanaged.passUnretained(self).toOpaque())
    lastProgress = .now
  }

  // MARK: - Time

  /// Until the head of the answer has come the deadline holds, afterwards, and while uploading, the stall timeout.
  override var nextCheck: ContinuousClock.Instant? {
    let stall = lastProgress + stallTimeout
    return answerHead == nil ? min(deadline.instant, stall) : stall
  }

  override func check(_ now: ContinuousClock.Instant) -> TransportError? {
    if answerHead == nil, deadline.instant <= now { return .deadlinePassed(upstream: upstream) }
    let isOursToMove = isReceivingPaused || isSendingPaused || answerHead == nil && isSent
    if isOursToMove { lastProgress = now }
    guard lastProgress + stallTimeout <= now else { return nil }
    return .interrupted(upstream: upstream, reason: "nothing moved for \(stallTimeout)")
  }

  func resumeReceiving() {
    guard isReceivingPaused, case .running(let easy) = state else { return }
    isReceivingPaused = false
    unpause(easy)
  }

  func resumeSending() {
    guard isSendingPaused, case .running(let easy) = state else { return }
    isSendingPaused = false
    unpause(easy)
  }

  private func unpause(_ easy: EasyHandle) {
    lastProgress = .now
    // Delivers what libcurl holds back, through the callbacks below, before it returns.
    curl_easy_pause(
      easy.raw, (isReceivingPaused ? CURLPAUSE_RECV : 0) | (isSendingPaused ? CURLPAUSE_SEND : 0))
  }

  // MARK: - What came of it

  override func succeed(_ easy: EasyHandle) {
    end = .success(())
    feed?.close()
  }

  override func fail(_ error: any Error) {
    end = .failure(error)
    feed?.close()
  }

  override func deliver() {
    isToBeHeard = false
    if let continuation, let result = headResult {
      self.continuation = nil
      continuation.resume(with: result)
    }
    if let end { return inlet.finish(end) }
    // Through the inbox, since libcurl answers by calling back at once.
    if inlet.flush() { engine.hand(.resumeReceiving(self)) }
  }

  private var headResult: Result<Head, any Error>? {
    if let answerHead { return .success(answerHead) }
    switch end {
    case .failure(let error): return .failure(error)
    case .success: return .failure(TransportError.interrupted(upstream: upstream, reason: "no head of an answer"))
    case nil: return nil
    }
  }

  private func askToBeHeard() {
    lastProgress = .now
    guard !isToBeHeard else { return }
    isToBeHeard = true
    engine.hear(self)
  }

  // MARK: - libcurl's callbacks, on the loop's thread

  private static func of(_ context: UnsafeMutableRawPointer?) -> StreamTransfer? {
    context.map { Unmanaged<StreamTransfer>.fromOpaque($0).takeUnretainedValue() }
  }

  private static let onBody: curl_write_callback = { bytes, size, count, context in
    guard let transfer = StreamTransfer.of(context) else { return 0 }
    guard transfer.inlet.write(UnsafeRawBufferPointer(start: bytes, count: size * count)) else {
      transfer.isReceivingPaused = true
      return Int(CURL_WRITEFUNC_PAUSE)
    }
    transfer.askToBeHeard()
    return size * count
  }

  private static let onHeader: curl_write_callback = { line, size, count, context in
    guard let transfer = StreamTransfer.of(context), case .running(let easy) = transfer.state else { return 0 }
    guard transfer.answerHead == nil else { return size * count }
    var fits = true
    if ccurl_append_head(&easy.answer.pointee.head, line, size * count, &fits) { transfer.headEnded(easy) }
    return fits ? size * count : 0
  }

  private func headEnded(_ easy: EasyHandle) {
    let status = ccurl_response_code(easy.raw)
    guard status >= 200 else { return }
    let raw = easy.answer.pointee.head
    answerHead = Head(status: status, raw: Array(UnsafeBufferPointer(start: raw.start, count: raw.count)))
    askToBeHeard()
  }

  private static let onRead: curl_read_callback = { target, size, count, context in
    guard let transfer = StreamTransfer.of(context), let feed = transfer.feed else { return 0 }
    switch feed.read(into: UnsafeMutableRawBufferPointer(start: target, count: size * count)) {
    case .bytes(let count):
      transfer.lastProgress = .now
      return count
    case .end:
      transfer.isSent = true
      return 0
    case .nothingYet:
      transfer.isSendingPaused = true
      return Int(CURL_READFUNC_PAUSE)
    }
  }
}
