import Contract

@testable import RecommendationsService

let noon = Timestamp(milliseconds: 1_700_000_000_000)

func titleID(_ name: String) -> TitleID { TitleID(seed: name) }

func facts(
  _ name: String, genres: [String] = ["drama"], isPlayable: Bool = true, maturity: MaturityRating = .all,
  addedDaysAgo: Double = 10, year: Int = 2000, directors: [String] = [], cast: [String] = [],
  availability: Availability? = nil
) -> TitleFacts {
  TitleFacts(
    id: titleID(name), year: year, maturity: maturity, isPlayable: isPlayable,
    addedAt: noon.adding(seconds: -addedDaysAgo * 86_400), genres: genres, directors: directors, cast: cast,
    availability: availability)
}

func audience(
  _ limit: MaturityRating = .eighteen, in country: String? = nil, at now: Timestamp = noon
) -> Audience {
  let territory = country.flatMap { Territory($0) }
  return Audience(maturityLimit: limit, place: territory.map(Audience.Place.territory) ?? .unknown, now: now)
}

/// A shelf of the titles, numbered from 1, with the profiles that began each of them in the last hour.
struct SampleShelf {
  let names: [String]
  let shelf: Shelf

  init(_ titles: [(name: String, facts: TitleFacts)], plays: [String: Int32] = [:]) {
    names = [""] + titles.map(\.name)
    let byNumber: [TitleFacts?] = [nil] + titles.map(\.facts)
    var numbers: [TitleID: TitleNumber] = [:]
    var popularity: [TitleNumber: Popularity] = [:]
    for (index, title) in titles.enumerated() {
      numbers[title.facts.id] = TitleNumber(index + 1)
      guard let profiles = plays[title.name] else { continue }
      var counts = PlayCounts()
      counts.set(profiles, inHour: Trending.hour(of: noon))
      popularity[TitleNumber(index + 1)] = Trending().popularity(of: counts, at: noon)
    }
    shelf = Shelf(
      facts: byNumber, numbers: numbers, popularity: popularity, trending: Trending(),
      similarity: SimilarityIndex(byNumber))
  }

  init(_ titles: [TitleFacts], named names: [String], plays: [String: Int32] = [:]) {
    self.init(zip(names, titles).map { (name: $0, facts: $1) }, plays: plays)
  }

  func number(_ name: String) -> TitleNumber { TitleNumber(names.firstIndex(of: name) ?? 0) }

  func viewer(
    _ watches: [Watch] = [], limit: MaturityRating = .eighteen, hidden: [String] = [], resetAt: Timestamp? = nil,
    in country: String? = nil, at now: Timestamp = noon
  ) -> Viewer {
    Viewer(
      profile: ProfileID(seed: "vera"), watches: watches, audience: audience(limit, in: country, at: now),
      excluded: Set(hidden.map(number)), tasteResetAt: resetAt, on: shelf)
  }

  func composer(
    _ watches: [Watch] = [], limit: MaturityRating = .eighteen, hidden: [String] = [],
    policy: PagePolicy = PagePolicy(),
    bounds: PageBounds = PageBounds()
  ) -> PageComposer {
    PageComposer(
      shelf: shelf, viewer: viewer(watches, limit: limit, hidden: hidden), rankers: Rankers(best: SimilarityRanker()),
      policy: policy, bounds: bounds)
  }

  func rows(
    _ watches: [Watch] = [], limit: MaturityRating = .eighteen, hidden: [String] = [],
    policy: PagePolicy = PagePolicy(),
    bounds: PageBounds = PageBounds()
  ) -> [PlannedRow] {
    var random = SeededRandom(seed: 1)
    return composer(watches, limit: limit, hidden: hidden, policy: policy, bounds: bounds).page(using: &random)
      .planned(as: nil, on: shelf)
  }

  func watch(_ name: String, share: Double, watched: Double? = nil, hoursAgo: Double = 1) -> Watch {
    Watch(
      title: number(name), positionSeconds: share * 1000, durationSeconds: 1000,
      watchedSeconds: (watched ?? share) * 1000, lastAt: noon.adding(seconds: -hoursAgo * 3600))
  }

  func names(_ row: PlannedRow?) -> [String] { row?.items.map { names[Int($0)] } ?? [] }
  func names(_ rows: [PlannedRow], _ id: String) -> [String] { names(rows.first { $0.subject.id == id }) }
}
