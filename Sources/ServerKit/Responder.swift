import Contract
import Logging
import NIOCore
import NIOHTTP1

/// Answers one request in one pass: trace, route, limits, caller, deadline, handler, problem, metrics, log.
struct Responder: Sendable {
  typealias Outbound = NIOAsyncChannelOutboundWriter<AnswerPart>

  let table: RouteTable
  let authenticator: any Authenticator
  let auditor: (any Auditor)?
  let telemetry: RequestTelemetry
  let state: HostState
  let settings: HostSettings
  let watch: DeadlineWatch
  let date = DateHeader()

  /// Says whether the connection can take another request.
  func respond(
    to head: HTTPRequestHead, _ parts: RequestParts, _ outbound: Outbound, from remoteAddress: String?
  ) async throws -> Bool {
    let start = MonotonicTime.nanoseconds
    let count = telemetry.begin()
    defer { telemetry.end() }
    let fields = RequestFields(head.headers)
    let trace = fields.traceparent.flatMap(TraceContext.init(traceparent:))?.child() ?? .root()
    var endpoint = telemetry.unmatched
    var failure: (any Error)?
    var answer: Answer
    do {
      if let problem = fields.problem { throw problem }
      let (entry, request) = try await prepare(
        head, fields, parts, outbound, trace: trace, remoteAddress: remoteAddress,
        isCrowded: count > settings.requestsInFlight, matched: { endpoint = $0.telemetry })
      answer = try await runAudited(entry.route, request)
    } catch {
      failure = error
      answer = .problem(problem(for: error, trace: trace))
      if let refused = error as? MethodRefused { answer.headers.append(("allow", refused.allowed)) }
    }
    let isLast = try await write(answer, to: head, fields, parts, outbound, trace: trace)
    telemetry.record(
      endpoint, status: answer.status, nanoseconds: MonotonicTime.nanoseconds &- start, method: head.method.rawValue,
      trace: trace, requestID: fields.requestID, failure: failure)
    return !isLast
  }

  /// Everything that comes before the handler.
  private func prepare(
    _ head: HTTPRequestHead, _ fields: RequestFields, _ parts: RequestParts, _ outbound: Outbound,
    trace: TraceContext, remoteAddress: String?, isCrowded: Bool, matched: (RouteEntry) -> Void
  ) async throws -> (RouteEntry, IncomingRequest) {
    let target = head.uri
    let question = target.utf8.firstIndex(of: UInt8(ascii: "?"))
    let method = Contract.HTTPMethod(head.method)
    let entry: RouteEntry
    let parameters: [(name: String, value: String)]
    switch table.match(method, target[..<(question ?? target.endIndex)]) {
    case .found(let found, let values): (entry, parameters) = (found, values)
    case .wrongMethod(let allowed): throw MethodRefused(allowed: allowed)
    case .none: throw Problem.notFound("There is nothing at this path.")
    case .malformed: throw Problem.badRequest("The path holds a malformed or forbidden segment.")
    }
    matched(entry)
    if isCrowded && !entry.route.isPublic { throw Problem.unavailable("Too many requests are in flight.") }

    var principal = Principal.anonymous
    var clientAddress: NetworkAddress?
    let access = entry.route.endpoint.access
    if !entry.route.isPublic {
      principal = try await authenticator.authenticate(
        entry.route.endpoint, header: { head.headers.first(name: $0) }, parameters: parameters)
      try access.admit(principal)
      clientAddress = authenticator.clientAddress(peer: remoteAddress) { name in
        let lines = head.headers[name]
        return lines.isEmpty ? nil : lines.joined(separator: ",")
      }
    }
    let asked = fields.deadlineMilliseconds.map { milliseconds in
      Deadline.after(.milliseconds(min(milliseconds, settings.deadlineLimitMilliseconds)))
    }
    if fields.deadlineMilliseconds == 0 { throw Problem.timedOut("The deadline had passed on arrival.") }
    if fields.expectsContinue {
      parts.sendContinue = {
        try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
      }
    }
    let body = RequestBodyStream(
      parts: parts, mayHaveContent: fields.mayHaveBody, contentLength: fields.contentLength)
    var collected = ByteBuffer()
    if let limit = entry.route.bodyLimitBytes, fields.mayHaveBody { collected = try await body.collect(upTo: limit) }
    // Without a caller's deadline, the time a slow line takes for the body is not counted.
    let deadline = asked ?? .after(settings.deadline)
    let context = CallContext(
      principal: principal, deadline: deadline, trace: trace, idempotencyKey: fields.idempotencyKey,
      clientAddress: clientAddress)
    let info = RequestInfo(
      method: method ?? .get, target: target, context: context, requestID: fields.requestID ?? trace.traceID,
      remoteAddress: remoteAddress, fields: head.headers)
    let query = question.map { target[target.index(after: $0)...] }
    return (
      entry,
      IncomingRequest(
        info: info, parameters: parameters, query: query, body: body, collected: collected,
        contentType: fields.contentType)
    )
  }

  /// What an operator does is written down before it is done, and how it was answered after.
  private func runAudited(_ route: Routes.Route, _ request: IncomingRequest) async throws -> Answer {
    guard let auditor, let act = AuditedAct(route.endpoint, request.info) else {
      return try await run(route, request)
    }
    let number = try await auditor.begin(act)
    do {
      let answer = try await run(route, request)
      await auditor.end(number, act, status: answer.status)
      return answer
    } catch {
      await auditor.end(number, act, status: problem(for: error, trace: request.info.context.trace).status)
      throw error
    }
  }

  private func run(_ route: Routes.Route, _ request: IncomingRequest) async throws -> Answer {
    guard route.bodyLimitBytes != nil else { return try await route.run(request) }
    return try await DeadlineRace.run(until: request.info.context.deadline, watch: watch) {
      try await route.run(request)
    }
  }

  private func problem(for error: any Error, trace: TraceContext) -> Problem {
    var problem: Problem
    switch error {
    case let error as any ProblemConvertible: problem = error.problem
    case is CancellationError: problem = .unavailable("The service is stopping; ask again.")
    default: problem = .internalError
    }
    problem.traceId = trace.traceID
    return problem
  }

  // MARK: - Writing

  /// Says whether this is the connection's last answer.
  private func write(
    _ answer: Answer, to head: HTTPRequestHead, _ fields: RequestFields, _ parts: RequestParts, _ outbound: Outbound,
    trace: TraceContext
  ) async throws -> Bool {
    // A body that was refused is not waited for: the connection ends instead.
    let isBodyLeft = fields.mayHaveBody && !parts.isAtEnd && (answer.status >= 400 || fields.expectsContinue)
    let isOldHTTP = head.version != .http1_1
    let isLast = fields.asksToClose || isBodyLeft || state.phase == .draining || isOldHTTP
    var headers = HTTPHeaders()
    headers.reserveCapacity(answer.headers.count + 5)
    for (name, value) in answer.headers where HeaderText.isSafe(name, value) { headers.add(name: name, value: value) }
    headers.add(name: "date", value: date.value)
    headers.add(name: "x-request-id", value: fields.requestID ?? trace.traceID)
    if isLast { headers.add(name: "connection", value: "close") }
    let status = HTTPResponseStatus(statusCode: answer.status)
    let isHead = head.method == .HEAD
    let hasNoBody = answer.status == 204 || answer.status == 304 || answer.status < 200

    switch answer.body {
    case .none:
      if !hasNoBody && !isHead { headers.add(name: "content-length", value: "0") }
      try await outbound.write(.whole(head.answer(status, headers), nil, closes: isLast))
    case .bytes(let bytes):
      if !hasNoBody { headers.add(name: "content-length", value: "\(bytes.readableBytes)") }
      let body = isHead || hasNoBody || bytes.readableBytes == 0 ? nil : bytes
      try await outbound.write(.whole(head.answer(status, headers), body, closes: isLast))
    case .stream(let length, let chunks):
      if let length { headers.add(name: "content-length", value: "\(length)") }
      guard !isHead && !hasNoBody else {
        try await outbound.write(.whole(head.answer(status, headers), nil, closes: isLast))
        return isLast
      }
      try await outbound.write(.head(head.answer(status, headers)))
      try await send(chunks, length: length, to: outbound)
      try await outbound.write(.end(closes: isLast))
    }
    return isLast
  }

  private func send(
    _ chunks: any AsyncSequence<ByteBuffer, any Error> & Sendable, length: Int?, to outbound: Outbound
  ) async throws {
    var sent = 0
    do {
      for try await chunk in chunks where chunk.readableBytes > 0 {
        sent += chunk.readableBytes
        if let length, sent > length { throw ResponseCutShort() }
        try await outbound.write(.body(chunk))
      }
    } catch {
      throw ResponseCutShort()
    }
    if let length, sent != length { throw ResponseCutShort() }
  }
}

/// 405, with the methods that the path has.
private struct MethodRefused: Error, ProblemConvertible {
  let allowed: String

  var problem: Problem {
    Problem(
      "method-not-allowed", status: 405, title: "Another method is needed",
      detail: "This path answers to \(allowed).")
  }
}

extension HTTPRequestHead {
  fileprivate func answer(_ status: HTTPResponseStatus, _ headers: HTTPHeaders) -> HTTPResponseHead {
    HTTPResponseHead(version: .http1_1, status: status, headers: headers)
  }
}

extension Contract.HTTPMethod {
  init?(_ method: NIOHTTP1.HTTPMethod) {
    switch method {
    case .GET: self = .get
    case .HEAD: self = .head
    case .POST: self = .post
    case .PUT: self = .put
    case .PATCH: self = .patch
    case .DELETE: self = .delete
    case .OPTIONS: self = .options
    default: return nil
    }
  }
}
