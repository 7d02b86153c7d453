import AccountsAPI
import AuditKit
import CatalogAPI
import ClientKit
import Contract
import DeliveryAPI
import EncodingAPI
import EventKit
import NIOCore
import PlaybackAPI
import RecommendationsAPI
import ServerKit

/// Endpoints of other services that are public as they stand: the gateway says who calls, the service does the rest.
struct Forwarding: Sendable {
  let neighbours: Neighbours
  let settings: GatewaySettings
  let parts: ProfileParts
  let profiles: ProfileDirectory

  func addRoutes(to routes: inout Routes) throws {
    try addAccounts(to: &routes)
    try addPlayback(to: &routes)
    try addRecommendations(to: &routes)
    try addStudio(to: &routes)
    try addMedia(to: &routes)
  }

  private func addAccounts(to routes: inout Routes) throws {
    let accounts = try neighbours.upstream("accounts")
    exchange(
      [
        AccountsEndpoints.signUp,
        AccountsEndpoints.logIn,
        AccountsEndpoints.refresh,
        AccountsEndpoints.loginSessions,
        AccountsEndpoints.logOut,
        AccountsEndpoints.logOutOthers,
        AccountsEndpoints.jwks,
        DeviceCodeEndpoints.ask,
        DeviceCodeEndpoints.exchange,
        DeviceCodeEndpoints.waiting,
        DeviceCodeEndpoints.decide,
        AccountsEndpoints.account,
        PlanEndpoints.plans,
        PlanEndpoints.changePlan,
        ErasureEndpoints.erase,
        AccountsEndpoints.profiles,
        AccountsEndpoints.createProfile,
        AccountsEndpoints.profile,
        AccountsEndpoints.updateProfile,
        AccountsEndpoints.deleteProfile,
        CredentialEndpoints.requestVerification,
        CredentialEndpoints.confirmAddress,
        CredentialEndpoints.requestPasswordReset,
        CredentialEndpoints.resetPassword,
        CredentialEndpoints.changePassword,
        CredentialEndpoints.updateAccount,
        ProfileLockEndpoints.setPIN,
        ProfileLockEndpoints.removePIN,
        ProfileLockEndpoints.unlock,
        ProfileBindingEndpoints.bindProfile,
      ], with: accounts, on: &routes)
  }

  private func addPlayback(to routes: inout Routes) throws {
    let playback = try neighbours.upstream("playback")
    exchange(
      [
        PlaybackEndpoints.start,
        PlaybackEndpoints.heartbeat,
        PlaybackEndpoints.stop,
        PlaybackEndpoints.history,
        ListEndpoints.hide,
        ListEndpoints.list,
        ListEndpoints.add,
        ListEndpoints.remove,
        ListEndpoints.rate,
        ListEndpoints.withdrawRating,
        ContentKeyEndpoints.key,
        ContentKeyEndpoints.licence,
      ], with: playback, on: &routes)
  }

  private func addRecommendations(to routes: inout Routes) throws {
    exchange(
      [
        OnboardingEndpoints.offer,
        OnboardingEndpoints.pick,
        ImpressionEndpoints.report,
        TasteEndpoints.reset,
        TasteEndpoints.hide,
        TasteEndpoints.unhide,
        ExperimentEndpoints.start,
        ExperimentEndpoints.list,
        ExperimentEndpoints.experiment,
        ExperimentEndpoints.end,
        ExperimentEndpoints.replay,
        ModelEndpoints.models,
        ModelEndpoints.pin,
        ModelEndpoints.release,
        ModelEndpoints.train,
      ], with: try neighbours.upstream("recommendations"), on: &routes)
  }

  private func addStudio(to routes: inout Routes) throws {
    let catalog = try neighbours.upstream("catalog")
    exchange(
      [
        CatalogEndpoints.titles,
        CatalogEndpoints.title,
        CatalogEndpoints.createTitle,
        CatalogEndpoints.importTitles,
        CatalogEndpoints.setAvailability,
      ], with: catalog, on: &routes)
    let encoding = try neighbours.upstream("encoding")
    routes.raw(UploadEndpoints.create, upload(encoding))
    routes.raw(UploadEndpoints.append, upload(encoding))
    routes.raw(UploadEndpoints.override, upload(encoding))
    exchange(
      [
        UploadEndpoints.options,
        UploadEndpoints.list,
        UploadEndpoints.upload,
        UploadEndpoints.offset,
        UploadEndpoints.remove,
        EncodingEndpoints.createJob,
        EncodingEndpoints.jobs,
        EncodingEndpoints.job,
        EncodingEndpoints.cancelJob,
        EncodingEndpoints.changeJob,
        EncodingEndpoints.retryJob,
        WorkerEndpoints.workers,
        WorkerEndpoints.worker,
        WorkerEndpoints.changeWorker,
      ], with: encoding, on: &routes)
    routes.raw(EncodingEndpoints.jobEvents, download(encoding))
    let bus = try neighbours.upstream("bus")
    exchange(
      [
        BusEndpoints.lag,
        BusEndpoints.deadLetters,
        BusEndpoints.redrive,
      ], with: bus, on: &routes)
    try addAudit(to: &routes)
  }

  /// The log of the service that the query names.
  private func addAudit(to routes: inout Routes) throws {
    let logs = try Dictionary(
      uniqueKeysWithValues: ["accounts", "bus", "catalog", "encoding", "playback", "recommendations"].map { name in
        (name, exchange(AuditEndpoints.entries, try neighbours.upstream(name)))
      })
    routes.raw(AuditEndpoints.entries) { call in
      let query = call.request.target.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
      let names = (PercentEncoding.query(query) ?? []).filter { $0.name == "service" }
      guard names.count == 1, let log = logs[names[0].value] else {
        throw Problem.invalid(field: "service", "must be one of \(logs.keys.sorted().joined(separator: ", "))")
      }
      return try await log(call)
    }
  }

  private func addMedia(to routes: inout Routes) throws {
    let delivery = try neighbours.upstream("delivery")
    routes.raw(DeliveryEndpoints.media, download(delivery))
    routes.raw(DeliveryEndpoints.mediaHead, exchange(DeliveryEndpoints.mediaHead, delivery))
    routes.raw(DeliveryEndpoints.artwork) { [download = download(delivery)] call in
      guard call.request.principal.role != .anonymous else {
        throw Problem.unauthenticated("Sign in to see artwork.")
      }
      return try await download(call)
    }
  }

  // MARK: - Shapes of forwarding

  private typealias Handler = @Sendable (RawCall) async throws -> Answer

  /// Endpoints of small requests and small answers.
  private func exchange(
    _ endpoints: [any EndpointDescription], with upstream: any StreamingTransport, on routes: inout Routes
  ) {
    for endpoint in endpoints { routes.raw(endpoint, exchange(endpoint, upstream)) }
  }

  private func exchange(_ endpoint: any EndpointDescription, _ upstream: any StreamingTransport) -> Handler {
    { call in
      let body = try await call.body.collect(upTo: endpoint.bodyLimitBytes)
      let request = TransportRequest(
        method: call.request.method, target: call.request.target, headers: Self.passedOn(call.request),
        body: Array(body.readableBytesView), context: call.request.context)
      defer { noteWrite(call.request, endpoint) }
      let answer = try await upstream.send(request)
      return Answer(
        status: answer.status, headers: answer.headers.filter { Self.answeredHeaders.contains($0.name) },
        body: answer.body.isEmpty ? .none : .bytes(ByteBuffer(bytes: answer.body)))
    }
  }

  /// An answer of any length, sent on as it arrives.
  private func download(_ upstream: any StreamingTransport) -> Handler {
    { call in
      let request = TransportRequest(
        method: call.request.method, target: call.request.target, headers: Self.passedOn(call.request),
        context: call.request.context)
      let answer = try await upstream.stream(request, upload: nil)
      return Answer(
        status: answer.status, headers: answer.headers.filter { Self.answeredHeaders.contains($0.name) },
        body: .stream(length: answer.header("content-length").flatMap { Int($0) }, answer.body))
    }
  }

  /// A body of any length, sent on as it arrives; a film takes as long as it takes.
  private func upload(_ upstream: any StreamingTransport) -> Handler {
    { call in
      var context = call.request.context
      context.deadline = .after(.seconds(settings.uploadDeadlineSeconds))
      let request = TransportRequest(
        method: call.request.method, target: call.request.target, headers: Self.passedOn(call.request),
        context: context)
      // Without a length and without chunks there is no body, and none is to be made of it.
      let isChunked = call.request.header("transfer-encoding") != nil
      let length = call.request.header("content-length").flatMap { Int($0) } ?? (isChunked ? nil : 0)
      let answer = try await upstream.stream(request, upload: StreamingUpload(contentLength: length, chunks: call.body))
      return Answer(
        status: answer.status, headers: answer.headers.filter { Self.answeredHeaders.contains($0.name) },
        body: .stream(length: answer.header("content-length").flatMap { Int($0) }, answer.body))
    }
  }

  /// What an account wrote outdates what is kept of its profiles, whether or not the answer arrived.
  private func noteWrite(_ request: RequestInfo, _ endpoint: any EndpointDescription) {
    guard !endpoint.method.isSafe else { return }
    if endpoint.name.hasPrefix("accounts."), let profile = request.principal.profile { profiles.forget(profile) }
    if let profile = request.principal.profile, endpoint.name.hasPrefix("recommendations."),
      endpoint.name != ImpressionEndpoints.report.name
    {
      parts.rowsChanged(of: profile)
    }
    guard endpoint.name.hasPrefix("playback."), let account = request.principal.account else { return }
    parts.viewingChanged(of: account)
  }

  // MARK: - Headers

  private static let requestHeaders = [
    "content-type", "accept", "if-match", "if-none-match", "if-range", "if-modified-since", "range", "idempotency-key",
    "x-request-id", "user-agent", "content-digest", "origin", "last-event-id",
    // tus 1.0
    "tus-resumable", "upload-length", "upload-offset", "upload-defer-length", "upload-metadata", "upload-checksum",
    "upload-concat", "x-http-method-override",
  ]

  private static let answeredHeaders: Set<String> = [
    "content-type", "etag", "cache-control", "last-modified", "location", "retry-after", "accept-ranges",
    "content-range", "vary", "allow", "content-disposition", "access-control-allow-origin",
    "access-control-expose-headers", "ratelimit", "ratelimit-policy", "x-accel-buffering",
    "tus-resumable", "tus-version", "tus-extension", "tus-max-size", "tus-checksum-algorithm", "upload-offset",
    "upload-length", "upload-defer-length", "upload-metadata", "upload-expires",
  ]

  private static func passedOn(_ request: RequestInfo) -> [(name: String, value: String)] {
    requestHeaders.compactMap { name in request.header(name).map { (name, $0) } }
  }
}
