import CatalogAPI
import Contract

/// The pages the gateway composes itself. Their answers are spliced as bytes, so they have no output type.
enum GatewayEndpoints {
  static let home = Endpoint<ProfilePagePath, Empty, Empty>(
    "gateway.home", .get, "/v1/profiles/{profile}/home", access: .viewer, status: 200,
    summary: "The home page: rows of title cards; what is missing is named in `degraded`.")

  static let row = Endpoint<RowPageQuery, Empty, Empty>(
    "gateway.row", .get, "/v1/profiles/{profile}/rows/{row}", access: .viewer, status: 200,
    summary: "More of one row of the home page.")

  static let title = Endpoint<TitlePagePath, Empty, Empty>(
    "gateway.title", .get, "/v1/profiles/{profile}/titles/{title}", access: .viewer, status: 200,
    summary: "The title page: details, resume point, similar titles.")

  static let search = Endpoint<SearchPageQuery, Empty, Empty>(
    "gateway.search", .get, "/v1/profiles/{profile}/search", access: .viewer, status: 200,
    summary: "Search by name, person, genre or words of the synopsis, as one types.")

  static let taste = Endpoint<ProfilePagePath, Empty, TasteDocument>(
    "gateway.taste", .get, "/v1/profiles/{profile}/taste", access: .viewer,
    summary: "What is believed of the profile's taste, in words, and from what.")

  static let export = Endpoint<Empty, Empty, Empty>(
    "gateway.export", .get, "/v1/account/export", access: .viewer, status: 200,
    summary: "Everything all services keep of the account, as one document; 503 where a part cannot be had.")

  static let topology = Endpoint<Empty, Empty, Topology>(
    "gateway.topology", .get, "/v1/studio/topology", access: .operator,
    summary: "The services behind the gateway and whether each is ready.")
}

struct ProfilePagePath: Codable, Sendable {
  var profile: ProfileID
}

struct RowPageQuery: Codable, Sendable {
  var profile: ProfileID
  var row: String
  var limit: Int?
  var cursor: String?
}

struct TitlePagePath: Codable, Sendable {
  var profile: ProfileID
  var title: TitleID
}

struct SearchPageQuery: Codable, Sendable {
  var profile: ProfileID
  var q: String
  var limit: Int?
  var cursor: String?
}

struct Topology: Codable, Sendable {
  struct Service: Codable, Sendable {
    var name: String
    var ready: Bool
    var detail: String?
    /// Of this gateway's calls to it: `closed`, `open` or `probing`.
    var breaker: String
  }

  var services: [Service]
}
