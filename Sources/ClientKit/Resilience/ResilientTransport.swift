package import Contract

/// A transport that protects both sides: a bounded number of calls, a breaker, and one careful repeat.
///
/// For the edge of the stack: a repeat at every hop would multiply. A call first gets its place in the limit; each
/// sending then asks the breaker. A call is repeated once, after a random pause, where nothing was sent, or where the
/// connection was lost and a second sending has no second effect; and only while the budget lasts.
package final class ResilientTransport: StreamingTransport, Sendable {
  package struct Settings: Sendable {
    /// Calls at once.
    package var concurrency = 64
    /// Calls that may wait for a place.
    package var queue = 64
    /// The longest pause before a repeat; the pause is anything up to it ("full jitter").
    package var longestPause = Duration.milliseconds(50)
    /// Repeats per call.
    package var retryShare = 0.1
    package var breaker = CircuitBreaker.Settings()
    /// Running out of less time than this says nothing of the upstream.
    package var fairTime = Duration.milliseconds(50)

    package init() {}
  }

  package let upstream: String
  package let limit: ConcurrencyLimit
  package let breaker: CircuitBreaker
  private let base: any Transport
  private let budget: RetryBudget
  private let settings: Settings
  /// A number in 0...1.
  private let random: @Sendable () -> Double

  /// - Parameter budget: Shared by the transports of a process, or nil for one of its own.
  package init(
    _ base: any Transport, upstream: String, settings: Settings = Settings(), budget: RetryBudget? = nil,
    clock: MonotonicClock = .system, random: @escaping @Sendable () -> Double = { .random(in: 0...1) }
  ) {
    self.base = base
    self.upstream = upstream
    self.settings = settings
    self.budget = budget ?? RetryBudget(share: settings.retryShare)
    self.random = random
    limit = ConcurrencyLimit(upstream: upstream, limit: settings.concurrency, queueLimit: settings.queue)
    breaker = CircuitBreaker(settings.breaker, clock: clock)
  }

  package func send(_ request: TransportRequest) async throws -> TransportResponse {
    try await limit.run(within: request.context.deadline) { [self] in
      try await repeating(request, isRepeatable: isRepeatable(request), status: \.status) {
        try await base.send(request)
      }
    }
  }

  /// Streams have their own bound on connections and are not held to the limit; those that upload are not repeated.
  package func stream(_ request: TransportRequest, upload: StreamingUpload?) async throws -> StreamingResponse {
    guard let base = base as? any StreamingTransport else {
      throw TransportError.refused(upstream: upstream, reason: "this transport carries no streams")
    }
    return try await repeating(
      request, isRepeatable: upload == nil ? isRepeatable(request) : nil, status: \.status
    ) {
      try await base.stream(request, upload: upload)
    }
  }

  private func isRepeatable(_ request: TransportRequest) -> Bool {
    request.context.idempotencyKey != nil || RequestHead.isIdempotent(request.method)
  }

  // MARK: - Once more

  /// `isRepeatable` is nil where not even a sending that failed to start can be repeated.
  private func repeating<Answer: Sendable>(
    _ request: TransportRequest, isRepeatable: Bool?, status: (Answer) -> Int,
    _ attempt: () async throws -> Answer
  ) async throws -> Answer {
    budget.deposit()
    do {
      return try await guarded(request, status: status, attempt)
    } catch let error as TransportError where isWorthRepeating(error, isRepeatable) {
      let pause = settings.longestPause * random()
      guard request.context.deadline.remaining > pause, breaker.status != .open, budget.withdraw() else { throw error }
      try await Task.sleep(for: pause)
      return try await guarded(request, status: status, attempt)
    }
  }

  private func isWorthRepeating(_ error: TransportError, _ isRepeatable: Bool?) -> Bool {
    switch error {
    case .unreachable: isRepeatable != nil
    case .interrupted: isRepeatable == true
    case .deadlinePassed, .answerTooLarge, .refused: false
    }
  }

  // MARK: - The breaker

  private func guarded<Answer: Sendable>(
    _ request: TransportRequest, status: (Answer) -> Int, _ attempt: () async throws -> Answer
  ) async throws -> Answer {
    guard let permit = breaker.admit() else {
      throw TransportError.refused(upstream: upstream, reason: "it failed too often and is left in peace")
    }
    let hasFairTime = request.context.deadline.remaining >= settings.fairTime
    do {
      let answer = try await attempt()
      breaker.record(Self.outcome(ofStatus: status(answer)), of: permit)
      return answer
    } catch {
      breaker.record(Self.outcome(of: error, hasFairTime: hasFairTime), of: permit)
      throw error
    }
  }

  /// 503 is not held against an upstream: one that sheds load does what it should, and to cut it off altogether would
  /// cost the answers it still gives. Nor is 507, since an upstream whose disk is full still reads.
  private static func outcome(ofStatus status: Int) -> CircuitBreaker.Outcome {
    switch status {
    case 500, 502, 504: .failure
    default: .success
    }
  }

  private static func outcome(of error: any Error, hasFairTime: Bool) -> CircuitBreaker.Outcome {
    switch error as? TransportError {
    case .unreachable, .interrupted: .failure
    case .deadlinePassed: hasFairTime ? .failure : .unknown
    case .answerTooLarge: .success
    case .refused, nil: .unknown
    }
  }
}
