import ClientKit
import Contract
import RecommendationsAPI
import TestKit

@testable import RecommendationsService

let vera = Principal(role: .viewer, account: AccountID(seed: "vera"), profile: profileID("vera"))

/// The service over a bus that holds the events, once it has read them.
func withRecommendations(
  _ events: SampleEvents, settings: [String: String] = [:], clock: WallClock = standing,
  _ body: (TestService, SampleBus) async throws -> Void
) async throws {
  let bus = SampleBus()
  bus.hold(events.all)
  let quick = [
    "RECOMMENDATIONS_RANKING_SECONDS": "0.01", "RECOMMENDATIONS_GATHERING_MILLISECONDS": "0", "LOG_LEVEL": "error",
    // What is tested here is told without a model that comes in between.
    "RECOMMENDATIONS_LEARNING": "false",
  ]
  try await withService(
    RecommendationsModule.self, settings: quick.merging(settings) { _, given in given },
    upstreams: ["bus": bus.transport], clock: clock
  ) { service in
    try await service.awaitEvents(events)
    try await body(service, bus)
  }
}

extension TestService {
  func rows(by principal: Principal = .service("gateway"), of profile: String = "vera") async throws -> RecommendedRows
  {
    try await transport.call(
      RecommendationsEndpoints.rows, RowsQuery(profile: profileID(profile)), in: .test(principal))
  }

  /// Until a page has seen all of them.
  func awaitEvents(_ events: SampleEvents) async throws {
    let plays = events.all.filter { $0.header.source == "/playback" }.count
    let titles = events.all.filter { $0.header.source == "/catalog" }.count
    try await eventually {
      let page = try await self.rows()
      return page.basis.seq == plays && page.catalogBasis?.seq == Int64(titles) && !page.rows.isEmpty
    }
  }

  /// The status of a call that is refused; nil where it is not.
  func refusal<Parameters, Body, Output>(
    _ endpoint: Endpoint<Parameters, Body, Output>, _ parameters: Parameters, _ body: Body,
    by principal: Principal = vera
  ) async -> Problem? {
    do {
      _ = try await transport.call(endpoint, parameters, body: body, in: .test(principal))
      return nil
    } catch {
      return error as? Problem
    }
  }
}
