import AccountsAPI
import CatalogAPI
import Contract
import TestKit
import Testing

@testable import Gateway

/// Whatever its neighbours answer, the gateway shows and names nothing that its viewer may not see now and here.
@Suite struct LeakTests {
  @Test("Nothing above the limit, outside its window or abroad is in any answer, whatever the time", arguments: 1...2)
  func leaks(seed: Int) async throws {
    let stage = try LeakStage(seed: UInt64(seed))
    try await stage.open { client async throws in
      try await awaitCatalogue(stage, client)
      for seconds in LeakStage.momentSeconds {
        stage.set(secondsIn: seconds)
        for viewer in stage.viewers {
          let audience = stage.audience(of: viewer)
          let there = stage.titles.filter { audience.admits($0.maturity, $0.availability) }
          let client = signedIn(viewer, client, stage)
          let shown = try await look(as: viewer, client, stage, without: Set(stage.titles).subtracting(there))
          #expect(shown == Set(there.map(\.name)), "\(viewer) at \(seconds)")
        }
      }
    }
  }

  @Test("Nor while neighbours are away and what is kept from before serves", arguments: 1...2)
  func leaksWhileDegraded(seed: Int) async throws {
    let stage = try LeakStage(seed: UInt64(seed))
    try await stage.open { client async throws in
      try await awaitCatalogue(stage, client)
      for seconds in LeakStage.momentSeconds {
        stage.set(secondsIn: seconds)
        for viewer in stage.viewers {
          let audience = stage.audience(of: viewer)
          let hidden = stage.titles.filter { !audience.admits($0.maturity, $0.availability) }
          let client = signedIn(viewer, client, stage)
          _ = try await client.get("/v1/profiles/\(viewer.profile.id)/home")
          #expect(try await !look(as: viewer, client, stage, without: Set(hidden)).isEmpty == (hidden.count < 30))
        }
        // Kept from the moment before, asked for at this one.
        stage.fail(seconds == 0 ? ["recommendations", "playback", "catalog"] : ["recommendations", "catalog"])
      }
    }
  }

  // MARK: - What is looked at

  /// All pages of the viewer. Answers the names of the cards; records every sight of what must not be seen.
  private func look(
    as viewer: LeakStage.Viewer, _ client: PublicClient, _ stage: LeakStage, without hidden: Set<Title>
  ) async throws -> Set<String> {
    let base = "/v1/profiles/\(viewer.profile.id)"
    var shown: Set<String> = []
    for path in ["home", "rows/topPicks", "rows/my-list", "search?q=film", "taste"] {
      let answer = try await client.get("\(base)/\(path)")
      expectNone(of: hidden, in: answer, path)
      let rows = answer.json["rows"].items + [answer.json]
      shown.formUnion(rows.flatMap { $0["cards"].items + $0["items"].items }.compactMap { $0["name"].text })
    }
    for title in stage.titles {
      let page = try await client.get("\(base)/titles/\(title.id)")
      let isHidden = hidden.contains(title)
      #expect(page.status == (isHidden ? 404 : 200))
      // The refusal repeats the id that was asked for, as it would of a title that never was.
      expectNone(of: hidden.subtracting([title]), in: page, "titles")
      #expect(!isHidden || !String(decoding: page.body, as: UTF8.self).contains(title.name))
    }
    return shown
  }

  @Test("Whoever starts to play is vouched for with limit and country", arguments: 1...2)
  func starts(seed: Int) async throws {
    let stage = try LeakStage(seed: UInt64(seed))
    try await stage.open { client async throws in
      for seconds in LeakStage.momentSeconds {
        stage.set(secondsIn: seconds)
        for viewer in stage.viewers {
          let audience = stage.audience(of: viewer)
          let client = signedIn(viewer, client, stage)
          for title in stage.titles {
            let start = #"{"titleId":"\#(title.id)","device":{"kind":"web"}}"#
            let answer = try await client.post("/v1/profiles/\(viewer.profile.id)/playback-sessions", json: start)
            #expect(answer.status == (audience.admits(title.maturity, title.availability) ? 201 : 404))
          }
        }
      }
    }
  }

  private func expectNone(of hidden: Set<Title>, in answer: PublicClient.Answer, _ path: String) {
    let text = String(decoding: answer.body, as: UTF8.self)
    let seen = hidden.filter { text.contains($0.id.description) || text.contains($0.name) }.map(\.name)
    #expect(seen.isEmpty, "\(path)")
  }

  private func signedIn(_ viewer: LeakStage.Viewer, _ client: PublicClient, _ stage: LeakStage) -> PublicClient {
    var client = client
    client.accessToken = stage.token(of: viewer)
    return client
  }

  private func awaitCatalogue(_ stage: LeakStage, _ client: PublicClient) async throws {
    let client = signedIn(stage.viewers[0], client, stage)
    try await eventually {
      let home = try await client.get("/v1/profiles/\(stage.viewers[0].profile.id)/home")
      return home.status == 200 && !home.json["degraded"].items.contains(.string("catalog"))
    }
  }
}
