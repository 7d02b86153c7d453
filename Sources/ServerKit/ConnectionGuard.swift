import NIOCore
import NIOHTTP1

/// What the responder writes.
enum AnswerPart: Sendable {
  case whole(HTTPResponseHead, ByteBuffer?, closes: Bool)
  case head(HTTPResponseHead)
  case body(ByteBuffer)
  case end(closes: Bool)
}

/// Watches one connection: closes it when it idles, trickles, stalls, or the server is to stop.
///
/// Time is counted in ticks of one timer per connection, so that a request costs no clock and no timer.
final class ConnectionGuard: ChannelDuplexHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = AnswerPart
  typealias OutboundOut = HTTPServerResponsePart

  private enum Phase {
    /// No byte of the next request has come.
    case idle
    case readingHead
    case readingBody
    /// The request has been read; an answer is on its way.
    case answering
    /// The last answer is out; what still comes in is dropped.
    case closing
  }

  private let limits: ConnectionLimits
  private let tickSeconds: Double
  private var phase = Phase.idle
  /// Ticks spent in the present phase waiting for the client.
  private var waited = 0
  /// Bytes received in the present phase.
  private var received = 0
  private var isReadPending = false
  private var stalled = 0
  private var isQuiescing = false
  private var isAnswered = false
  private var timer: Scheduled<Void>?

  init(limits: ConnectionLimits) {
    self.limits = limits
    tickSeconds = Double(limits.tickMilliseconds) / 1000
  }

  private func enter(_ phase: Phase) {
    self.phase = phase
    waited = 0
    received = 0
  }

  // MARK: Bytes, told by ``ByteWatch``

  func bytesArrived(_ count: Int) {
    isReadPending = false
    received += count
    if phase == .idle { enter(.readingHead) }
  }

  func readRequested() {
    isReadPending = true
  }

  // MARK: Requests and answers

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if phase == .closing { return }
    switch unwrapInboundIn(data) {
    case .head:
      isAnswered = false
      enter(.readingBody)
    case .body: break
    case .end: enter(isAnswered ? .idle : .answering)
    }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .whole(let head, let body, let closes):
      context.write(wrapOutboundOut(.head(head)), promise: nil)
      if let body { context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: nil) }
      end(context, promise, closes: closes)
    case .head(let head):
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body(let body):
      context.write(wrapOutboundOut(.body(.byteBuffer(body))), promise: promise)
    case .end(let closes):
      end(context, promise, closes: closes)
    }
  }

  private func end(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?, closes: Bool) {
    context.write(wrapOutboundOut(.end(nil)), promise: promise)
    isAnswered = true
    if closes || isQuiescing {
      enter(.closing)
      context.flush()
      context.close(mode: .output, promise: nil)
      // What the client still sends must be taken, or its arrival resets the connection and with it the answer.
      context.read()
    } else if phase == .answering {
      enter(.idle)
    }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    switch event {
    case is ChannelShouldQuiesceEvent:
      isQuiescing = true
      if phase == .idle { context.close(promise: nil) }
    case ChannelEvent.inputClosed where phase == .closing || phase == .idle || phase == .readingHead:
      context.close(promise: nil)
    default:
      context.fireUserInboundEventTriggered(event)
    }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if phase == .closing { context.read() }
    context.fireChannelReadComplete()
  }

  func read(context: ChannelHandlerContext) {
    context.read()
  }

  // MARK: Time

  func handlerAdded(context: ChannelHandlerContext) {
    scheduleTick(context)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
  }

  func channelInactive(context: ChannelHandlerContext) {
    timer?.cancel()
    timer = nil
    context.fireChannelInactive()
  }

  private func scheduleTick(_ context: ChannelHandlerContext) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: .milliseconds(Int64(limits.tickMilliseconds))) {
      self.tick(context)
    }
  }

  private func tick(_ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    stalled = context.channel.isWritable ? 0 : stalled + 1
    if phase != .readingBody || isReadPending { waited += 1 }
    if Double(stalled) * tickSeconds > limits.stallSeconds { return context.close(promise: nil) }
    let waitedSeconds = Double(waited) * tickSeconds
    switch phase {
    case .idle where waitedSeconds > limits.idleSeconds,
      .readingHead where waitedSeconds > limits.headerSeconds,
      .closing where waitedSeconds > Self.lingerSeconds:
      return context.close(promise: nil)
    case .readingBody
    where waitedSeconds > limits.headerSeconds
      && Double(received) < waitedSeconds * limits.bodyBytesPerSecond:
      if isAnswered { return context.close(promise: nil) }
      enter(.answering)
      context.fireErrorCaught(BodyError.tooSlow)
    default: break
    }
    scheduleTick(context)
  }

  /// How long the rest of a request is dropped after its answer, before the connection is cut.
  private static let lingerSeconds = 2.0
}

/// Tells the guard of bytes before they are parsed: a head that trickles is no head yet.
final class ByteWatch: ChannelDuplexHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundIn = ByteBuffer

  private let connection: ConnectionGuard

  init(_ connection: ConnectionGuard) {
    self.connection = connection
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    connection.bytesArrived(unwrapInboundIn(data).readableBytes)
    context.fireChannelRead(data)
  }

  func read(context: ChannelHandlerContext) {
    connection.readRequested()
    context.read()
  }
}
