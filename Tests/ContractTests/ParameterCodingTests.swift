import Contract
import Testing

private struct Query: Codable, Equatable {
  var title: TitleID
  var maturity: MaturityRating?
  var limit: Int?
  var q: String
}

@Suite struct ParameterCodingTests {
  private let endpoint = Endpoint<Query, Empty, Empty>(
    "test.query", .get, "/v1/titles/{title}/things", access: .open, summary: "")

  @Test("Parameters travel through path and query and come back the same")
  func roundTrip() throws {
    let query = Query(title: TitleID(seed: "a"), maturity: .twelve, limit: 5, q: "Léon & co? 100% / é")
    let target = endpoint.path.expand(try ParameterEncoder.encode(query))
    let parts = target.split(separator: "?")
    #expect(parts[0] == "/v1/titles/\(query.title)/things")
    var pairs = try #require(PercentEncoding.query(parts[1]))
    pairs.append(("title", String(parts[0].split(separator: "/")[2])))
    #expect(try ParameterDecoder.decode(Query.self, from: pairs) == query)
  }

  @Test("Absent optionals are not sent")
  func optionals() throws {
    let query = Query(title: TitleID(seed: "a"), maturity: nil, limit: nil, q: "x")
    #expect(endpoint.path.expand(try ParameterEncoder.encode(query)) == "/v1/titles/\(query.title)/things?q=x")
  }

  @Test("Unknown, repeated, malformed and missing parameters are named")
  func refused() throws {
    let good = [(name: "title", value: TitleID(seed: "a").description), (name: "q", value: "x")]
    func field(_ extra: [(name: String, value: String)], dropping: String? = nil) throws -> String? {
      try #require(throws: Problem.self) {
        try ParameterDecoder.decode(Query.self, from: good.filter { $0.name != dropping } + extra)
      }.errors?.first?.field
    }
    #expect(try field([("colour", "red")]) == "colour")
    #expect(try field([("q", "y")]) == "q")
    #expect(try field([("limit", "many")]) == "limit")
    #expect(try field([("maturity", "13")]) == "maturity")
    #expect(try field([("title", "ttl_1")], dropping: "title") == "title")
    #expect(try field([], dropping: "q") == "q")
  }

  @Test("A remainder keeps its slashes and nothing else of the path's syntax")
  func remainder() {
    let path: PathTemplate = "/media/{token}/{file*}"
    #expect(
      path.expand([("token", "a/b"), ("file", "video/720 p/seg?1.m4s")]) == "/media/a%2Fb/video/720%20p/seg%3F1.m4s")
  }
}
