import CCurl
import Contract
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// The thread behind a ``CurlLoop``. Everything but the inbox and the counters belongs to that thread, which is why
/// the type may be sent.
final class CurlEngine: @unchecked Sendable {
  enum Command {
    case start(Transfer)
    case cancel(Transfer)
    case resume(Transfer)
    /// Ends the thread; the continuation hears of it.
    case stop(CheckedContinuation<Void, Never>?)
  }

  private struct Inbox {
    var commands: [Command] = []
    var isAsleep = false
    var isClosed = false
  }

  /// The longest sleep, in milliseconds; only a backstop, every event wakes the thread.
  private static let longestSleepMilliseconds: Int32 = 10_000
  private static let globalStart = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

  private let settings: ClientSettings
  private let multi: UnsafeMutableRawPointer
  private let inbox = Mutex(Inbox())
  let connectionsOpened = Atomic<Int>(0)
  let runningCount = Atomic<Int>(0)
  let waitingCount = Atomic<Int>(0)

  private var running: [ObjectIdentifier: Transfer] = [:]
  private var lanesWithWaiting: [ObjectIdentifier: UpstreamLane] = [:]
  private var stopped: [CheckedContinuation<Void, Never>] = []
  private var isStopping = false

  init(settings: ClientSettings, connectionLimit: Int) {
    _ = Self.globalStart
    self.settings = settings
    guard let multi = curl_multi_init() else { fatalError("libcurl has no memory for a multi handle") }
    self.multi = multi
    ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connectionLimit)
    // By default the cache shrinks with the number of running calls, and a burst would have to reconnect.
    ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connectionLimit * 16)
    ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
  }

  deinit {
    curl_multi_cleanup(multi)
  }

  func start() {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(self).toOpaque()
    let failure = pthread_create(&thread, nil, { box in
      guard let box else { return nil }
      ccurl_name_thread("curl-loop")
      Unmanaged<CurlEngine>.fromOpaque(box).takeRetainedValue().run()
      return nil
    }, box)
    guard failure == 0 else { fatalError("No thread for the HTTP client: error \(failure)") }
    pthread_detach(thread)
  }

  // MARK: - From any thread

  func hand(_ command: Command) {
    let accepted = inbox.withLock { inbox in
      guard !inbox.isClosed else { return false }
      inbox.commands.append(command)
      if inbox.isAsleep {
        inbox.isAsleep = false
        // Under the lock, so that the multi handle cannot go away in between.
        curl_multi_wakeup(multi)
      }
      return true
    }
    if !accepted { refuse(command) }
  }

  /// The thread is gone: nothing else touches the transfer any more.
  private func refuse(_ command: Command) {
    switch command {
    case .start(let transfer): finish(transfer, .refused(upstream: transfer.upstream, reason: "shutting down"))
    case .stop(let continuation): continuation?.resume()
    case .cancel, .resume: break
    }
  }

  // MARK: - The thread

  private func run() {
    var commands: [Command] = []
    while true {
      inbox.withLock { swap(&$0.commands, &commands) }
      for command in commands { obey(command) }
      commands.removeAll(keepingCapacity: true)
      if isStopping { return stop() }
      var count: Int32 = 0
      curl_multi_perform(multi, &count)
      let hasMore = collectFinished()
      let now = ContinuousClock.now
      expire(now)
      publishCounts()
      if hasMore || !fallAsleep() { continue }
      curl_multi_poll(multi, nil, 0, sleepMilliseconds(now), nil)
      inbox.withLock { $0.isAsleep = false }
    }
  }

  private func obey(_ command: Command) {
    switch command {
    case .start(let transfer): admit(transfer)
    case .cancel(let transfer): cancel(transfer)
    case .resume: break
    case .stop(let continuation):
      isStopping = true
      if let continuation { stopped.append(continuation) }
    }
  }

  /// False where commands have come in the meantime.
  private func fallAsleep() -> Bool {
    inbox.withLock { inbox in
      guard inbox.commands.isEmpty else { return false }
      inbox.isAsleep = true
      return true
    }
  }

  private func sleepMilliseconds(_ now: ContinuousClock.Instant) -> Int32 {
    guard let next = lanesWithWaiting.values.lazy.compactMap(\.nextExpiry).min() else {
      return Self.longestSleepMilliseconds
    }
    let left = Deadline(next).remainingMilliseconds + 1
    return Int32(min(left, Int(Self.longestSleepMilliseconds)))
  }

  // MARK: - Transfers

  private func admit(_ transfer: Transfer) {
    // A cancel may arrive before the start.
    guard case .fresh = transfer.state else { return transfer.deliver() }
    let lane = transfer.lane
    if lane.hasRoom { return begin(transfer) }
    guard lane.wait(transfer) else {
      return finish(transfer, .refused(upstream: transfer.upstream, reason: "too many calls are waiting"))
    }
    lanesWithWaiting[ObjectIdentifier(lane)] = lane
  }

  private func begin(_ transfer: Transfer) {
    guard !transfer.deadline.hasPassed else {
      return finish(transfer, .deadlinePassed(upstream: transfer.upstream))
    }
    guard let easy = transfer.lane.takeHandle() else {
      return finish(transfer, .refused(upstream: transfer.upstream, reason: "no memory for a handle"))
    }
    transfer.prepare(easy, settings: settings)
    easy.transfer = transfer
    transfer.state = .running(easy)
    running[ObjectIdentifier(transfer)] = transfer
    curl_multi_add_handle(multi, easy.raw)
  }

  private func cancel(_ transfer: Transfer) {
    switch transfer.state {
    case .done: return
    case .fresh, .waiting: break
    case .running(let easy): release(transfer, easy)
    }
    let isHandedOver = if case .fresh = transfer.state { false } else { true }
    transfer.state = .done
    transfer.fail(CancellationError())
    // The caller is still about to hand over a fresh one, and hears of the end then.
    if isHandedOver { transfer.deliver() }
  }

  /// True where ended transfers made room for waiting ones.
  private func collectFinished() -> Bool {
    var finished: [Transfer] = []
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let raw = message.pointee.easy_handle,
        let easy = EasyHandle.of(raw), let transfer = easy.transfer
      else { continue }
      let code = message.pointee.data.result
      connectionsOpened.add(ccurl_connections_opened(raw), ordering: .relaxed)
      if code == CURLE_OK { transfer.succeed(easy) } else { transfer.fail(transfer.failure(code, easy)) }
      release(transfer, easy)
      transfer.state = .done
      finished.append(transfer)
    }
    guard !finished.isEmpty else { return false }
    let started = startWaiting()
    for transfer in finished { transfer.deliver() }
    return started
  }

  private func release(_ transfer: Transfer, _ easy: EasyHandle) {
    curl_multi_remove_handle(multi, easy.raw)
    transfer.lane.giveBack(easy)
    running[ObjectIdentifier(transfer)] = nil
  }

  private func startWaiting() -> Bool {
    var started = false
    for (key, lane) in lanesWithWaiting {
      while lane.hasRoom {
        guard let transfer = lane.nextWaiting() else {
          lanesWithWaiting[key] = nil
          break
        }
        begin(transfer)
        started = true
      }
    }
    return started
  }

  private func expire(_ now: ContinuousClock.Instant) {
    for lane in lanesWithWaiting.values {
      for transfer in lane.takeExpired(now) { finish(transfer, .deadlinePassed(upstream: transfer.upstream)) }
    }
  }

  private func publishCounts() {
    runningCount.store(running.count, ordering: .relaxed)
    waitingCount.store(lanesWithWaiting.values.reduce(0) { $0 + $1.waitingCount }, ordering: .relaxed)
  }

  private func finish(_ transfer: Transfer, _ error: TransportError) {
    transfer.state = .done
    transfer.fail(error)
    transfer.deliver()
  }

  // MARK: - The end

  private func stop() {
    let late = inbox.withLock { inbox in
      inbox.isClosed = true
      defer { inbox.commands = [] }
      return inbox.commands
    }
    for transfer in Array(running.values) {
      guard case .running(let easy) = transfer.state else { continue }
      let wasSent = easy.wasSent
      release(transfer, easy)
      finish(
        transfer,
        wasSent
          ? .interrupted(upstream: transfer.upstream, reason: "shutting down")
          : .refused(upstream: transfer.upstream, reason: "shutting down"))
    }
    for lane in lanesWithWaiting.values {
      while let transfer = lane.nextWaiting() {
        finish(transfer, .refused(upstream: transfer.upstream, reason: "shutting down"))
      }
    }
    lanesWithWaiting = [:]
    for command in late { refuse(command) }
    for continuation in stopped { continuation.resume() }
  }
}
