import CCurl
import Contract
import Glibc
import Synchronization

/// A thread that owns a libcurl multi handle. Everything but the inbox, the lanes' register and the counters belongs
/// to that thread, which is why the type may be sent. The thread starts with the first transfer.
final class CurlEngine: @unchecked Sendable {
  /// The longest sleep, in milliseconds; only a backstop, every event wakes the thread.
  private static let longestSleepMilliseconds = 10_000
  private static let globalStart = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

  let settings: ClientSettings
  let connectionsOpened = Atomic<Int>(0)
  let runningCount = Atomic<Int>(0)
  let waitingCount = Atomic<Int>(0)

  private let name: String
  private let connectionLimit: Int
  private let multi: UnsafeMutableRawPointer
  private let inbox = CommandInbox()
  private let lanes = Mutex<[UpstreamAddress: UpstreamLane]>([:])

  private var running: [ObjectIdentifier: Transfer] = [:]
  private var lanesWithWaiting: [ObjectIdentifier: UpstreamLane] = [:]
  /// Transfers with something to tell their callers once libcurl's turn is over.
  private var outspoken: [Transfer] = []
  /// No running transfer wants to be checked earlier than this.
  private var nextCheck: ContinuousClock.Instant?
  private var stopped: [CheckedContinuation<Void, Never>] = []
  private var isStopping = false
  private var isCleanedUp = false

  init(name: String, settings: ClientSettings, connectionLimit: Int) {
    _ = Self.globalStart
    guard let multi = curl_multi_init() else { fatalError("libcurl has no memory for a multi handle") }
    self.name = name
    self.settings = settings
    self.connectionLimit = connectionLimit
    self.multi = multi
    ccurl_multi_set_long(multi, CURLMOPT_MAX_HOST_CONNECTIONS, connectionLimit)
    // By default the cache shrinks with the number of running calls, and a burst would have to reconnect.
    ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, connectionLimit * 16)
    ccurl_multi_set_long(multi, CURLMOPT_PIPELINING, Int(CURLPIPE_NOTHING))
  }

  deinit {
    if !isCleanedUp { curl_multi_cleanup(multi) }
  }

  // MARK: - From any thread

  func hand(_ command: CommandInbox.Command) {
    switch inbox.put(command, wake: { curl_multi_wakeup(multi) }) {
    case .accepted: break
    case .startThread: startThread()
    case .closed: refuse(command)
    }
  }

  /// The queue and handles of one address, shared by every transport to it.
  func lane(for address: UpstreamAddress) -> UpstreamLane {
    lanes.withLock { lanes in
      if let lane = lanes[address] { return lane }
      let lane = UpstreamLane(address: address, limit: connectionLimit, settings: settings)
      lanes[address] = lane
      return lane
    }
  }

  /// The thread is gone, or never was: nothing else touches the transfer.
  private func refuse(_ command: CommandInbox.Command) {
    switch command {
    case .start(let transfer): finish(transfer, .refused(upstream: transfer.upstream, reason: "shutting down"))
    case .stop(let continuation): continuation?.resume()
    case .end, .resumeReceiving, .resumeSending: break
    }
  }

  private func startThread() {
    var thread = pthread_t()
    let box = Unmanaged.passRetained(self).toOpaque()
    let failure = pthread_create(&thread, nil, { box in
      if let box { Unmanaged<CurlEngine>.fromOpaque(box).takeRetainedValue().run() }
      return nil
    }, box)
    guard failure == 0 else { fatalError("No thread for the HTTP client: error \(failure)") }
    pthread_detach(thread)
  }

  // MARK: - The thread

  private func run() {
    ccurl_name_thread(name)
    var commands: [CommandInbox.Command] = []
    while true {
      inbox.take(into: &commands)
      for command in commands { obey(command) }
      commands.removeAll(keepingCapacity: true)
      if isStopping { return stop() }
      var count: Int32 = 0
      curl_multi_perform(multi, &count)
      collectFinished()
      let now = ContinuousClock.now
      expire(now)
      letSpeak()
      let hasStarted = startWaiting()
      publishCounts()
      if hasStarted || !inbox.fallAsleep() { continue }
      curl_multi_poll(multi, nil, 0, sleepMilliseconds(now), nil)
      inbox.awake()
    }
  }

  private func obey(_ command: CommandInbox.Command) {
    switch command {
    case .start(let transfer): admit(transfer)
    case .end(let transfer, let error): end(transfer, error)
    case .resumeReceiving(let transfer): transfer.resumeReceiving()
    case .resumeSending(let transfer): transfer.resumeSending()
    case .stop(let continuation):
      isStopping = true
      if let continuation { stopped.append(continuation) }
    }
  }

  private func sleepMilliseconds(_ now: ContinuousClock.Instant) -> Int32 {
    var next = nextCheck
    for case let expiry? in lanesWithWaiting.values.lazy.map(\.nextExpiry) { next = min(next ?? expiry, expiry) }
    guard let next else { return Int32(Self.longestSleepMilliseconds) }
    return Int32(min(Deadline(next).remainingMilliseconds + 1, Self.longestSleepMilliseconds))
  }

  private func publishCounts() {
    runningCount.store(running.count, ordering: .relaxed)
    waitingCount.store(lanesWithWaiting.values.reduce(0) { $0 + $1.waitingCount }, ordering: .relaxed)
  }

  // MARK: - Transfers begin

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
    if let check = transfer.nextCheck { nextCheck = min(nextCheck ?? check, check) }
    curl_multi_add_handle(multi, easy.raw)
  }

  /// True where ended transfers have made room for waiting ones.
  private func startWaiting() -> Bool {
    var hasStarted = false
    for (key, lane) in lanesWithWaiting {
      while lane.hasRoom {
        guard let transfer = lane.nextWaiting() else {
          lanesWithWaiting[key] = nil
          break
        }
        begin(transfer)
        hasStarted = true
      }
    }
    return hasStarted
  }

  /// Asks for a transfer to be heard after this turn; called from libcurl's callbacks.
  func hear(_ transfer: Transfer) {
    outspoken.append(transfer)
  }

  private func letSpeak() {
    guard !outspoken.isEmpty else { return }
    var turn: [Transfer] = []
    swap(&turn, &outspoken)
    for transfer in turn { transfer.deliver() }
    if outspoken.isEmpty {
      turn.removeAll(keepingCapacity: true)
      swap(&turn, &outspoken)
    }
  }

  // MARK: - Transfers end

  private func collectFinished() {
    var left: Int32 = 0
    while let message = curl_multi_info_read(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let raw = message.pointee.easy_handle,
        let easy = EasyHandle.of(raw), let transfer = easy.transfer
      else { continue }
      let code = message.pointee.data.result
      if code == CURLE_OK { transfer.succeed(easy) } else { transfer.fail(transfer.failure(code, easy)) }
      release(transfer, easy)
      transfer.state = .done
      outspoken.append(transfer)
    }
  }

  private func end(_ transfer: Transfer, _ error: any Error) {
    switch transfer.state {
    case .done: return
    case .fresh:
      // The caller is still about to hand it over, and hears of the end then.
      transfer.state = .done
      return transfer.fail(error)
    case .waiting: break
    case .running(let easy): release(transfer, easy)
    }
    transfer.state = .done
    transfer.fail(error)
    transfer.deliver()
  }

  private func finish(_ transfer: Transfer, _ error: TransportError) {
    transfer.state = .done
    transfer.fail(error)
    transfer.deliver()
  }

  private func release(_ transfer: Transfer, _ easy: EasyHandle) {
    connectionsOpened.add(ccurl_connections_opened(easy.raw), ordering: .relaxed)
    curl_multi_remove_handle(multi, easy.raw)
    transfer.lane.giveBack(easy)
    running[ObjectIdentifier(transfer)] = nil
  }

  private func expire(_ now: ContinuousClock.Instant) {
    for lane in lanesWithWaiting.values {
      for transfer in lane.takeExpired(now) { finish(transfer, .deadlinePassed(upstream: transfer.upstream)) }
    }
    guard let check = nextCheck, check <= now else { return }
    nextCheck = nil
    for transfer in Array(running.values) {
      if let error = transfer.check(now) { end(transfer, error) } else if let check = transfer.nextCheck {
        nextCheck = min(nextCheck ?? check, check)
      }
    }
  }

  private func stop() {
    let late = inbox.close()
    for transfer in Array(running.values) {
      guard case .running(let easy) = transfer.state else { continue }
      let wasSent = easy.wasSent
      end(
        transfer,
        wasSent
          ? TransportError.interrupted(upstream: transfer.upstream, reason: "shutting down")
          : .refused(upstream: transfer.upstream, reason: "shutting down"))
    }
    for lane in lanesWithWaiting.values {
      while let transfer = lane.nextWaiting() {
        finish(transfer, .refused(upstream: transfer.upstream, reason: "shutting down"))
      }
    }
    lanesWithWaiting = [:]
    letSpeak()
    for command in late { refuse(command) }
    for lane in lanes.withLock({ Array($0.values) }) { lane.dropHandles() }
    // Closes the connections. Nobody wakes the multi handle any more: the inbox is closed.
    curl_multi_cleanup(multi)
    isCleanedUp = true
    for continuation in stopped { continuation.resume() }
  }
}
