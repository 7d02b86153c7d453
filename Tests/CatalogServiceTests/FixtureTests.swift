import CatalogAPI
import Contract
import Foundation
import TestKit
import Testing

@testable import CatalogService

@Suite struct FixtureTests {
  @Test("The demonstration catalogue is taken in whole, once, and found by its names")
  func importsDemonstration() async throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let bytes = try Data(contentsOf: root.appending(path: "fixtures/catalogue.json"))
    let titles = try JSON.decodeStrictly(TitleImport.self, from: Array(bytes)).titles
    try await withCatalog(titles) { service in
      let again = try await service.add(titles)
      #expect(again.added == 0 && again.known == titles.count)
      #expect(titles.count >= 76)
      for title in titles {
        let found = try await service.search(title.name, limit: 5)
        #expect(found.titleIds.contains(TitleID(seed: title.key ?? "")), "\(title.name)")
      }
    }
  }
}
