import Contract
import Foundation
import RecommenderKit

@testable import RecommendationsService

/// One fold: a shelf and a model made of what some people liked, and the others, a fifth of whose likes is to be found.
struct PageStage {
  struct Person {
    let viewer: Viewer
    let relevant: Set<TitleNumber>
  }

  private struct TitleLine: Decodable {
    let title: String
    let year: Int
    let genres: [String]
  }

  private struct EventLine: Decodable {
    let profile: String
    let title: String
    /// Seconds since 1970.
    let at: Double
  }

  private struct TruthLine: Decodable {
    let profile: String
    let relevant: [String]
  }

  private static let runtimeSeconds = 5400.0

  /// Where deploy/lib/recommendations/page.py wrote to.
  static let folder = ProcessInfo.processInfo.environment["MATINEE_BENCH_PAGES"]

  let shelf: Shelf
  let serving: ServingModel
  let people: [Person]

  var rankers: Rankers { Rankers(best: ServedRanker(serving: serving)) }

  init(folder: String, fold: Int) throws {
    let titles: [TitleLine] = try Self.lines("\(folder)/titles.jsonl")
    let trained: [EventLine] = try Self.lines("\(folder)/train-\(fold).jsonl")
    let folded: [EventLine] = try Self.lines("\(folder)/fold-in-\(fold).jsonl")
    let truths: [TruthLine] = try Self.lines("\(folder)/truth-\(fold).jsonl")
    let numbers = Dictionary(uniqueKeysWithValues: titles.enumerated().map { ($1.title, TitleNumber($0 + 1)) })
    let now = Timestamp(milliseconds: Int64((trained + folded).reduce(0) { max($0, $1.at) } * 1000))

    let shelf = Self.shelf(titles, trained.compactMap { event in numbers[event.title].map { ($0, event.at) } }, at: now)
    self.shelf = shelf
    var builder = Interactions.Builder()
    var profiles: [String: Int32] = [:]
    for event in trained {
      guard let title = numbers[event.title] else { continue }
      let profile = profiles[event.profile, default: Int32(profiles.count)]
      profiles[event.profile] = profile
      builder.add(profile: profile, title: title - 1, weight: 1)
    }
    let model = try LinearModel.train(builder.build(titleCount: titles.count))
    serving = ServingModel(
      version: 1, model: model, titles: titles.map { Self.id($0.title).description }, on: shelf, vectorBytes: 64 << 20)

    let histories = Dictionary(grouping: folded, by: \.profile)
    people = truths.map { truth in
      let watches = (histories[truth.profile] ?? []).sorted { ($0.at, $0.title) > ($1.at, $1.title) }
        .compactMap { event in
          numbers[event.title].map {
            Watch(
              title: $0, positionSeconds: Self.runtimeSeconds, durationSeconds: Self.runtimeSeconds,
              watchedSeconds: Self.runtimeSeconds, lastAt: Timestamp(milliseconds: Int64(event.at * 1000)))
          }
        }
      let viewer = Viewer(
        profile: ProfileID(seed: truth.profile), watches: watches,
        audience: Audience(maturityLimit: .eighteen, place: .everywhere, now: now), on: shelf)
      return Person(viewer: viewer, relevant: Set(truth.relevant.compactMap { numbers[$0] }))
    }
  }

  private static func id(_ title: String) -> TitleID { TitleID(seed: title) }

  /// What is popular is counted over all the time there is, in favour of templates: people are tested on likes of any
  /// time. What trends is what was begun in the last days, against that.
  private static func shelf(_ titles: [TitleLine], _ plays: [(title: TitleNumber, at: Double)], at now: Timestamp)
    -> Shelf
  {
    let facts: [TitleFacts?] =
      [nil]
      + titles.map { title in
        let released = Double(title.year - 1970) * 365.25 * 86_400_000
        return TitleFacts(
          id: id(title.title), year: title.year, maturity: .all, isPlayable: true,
          addedAt: Timestamp(milliseconds: Int64(released)), genres: title.genres, directors: [], cast: [])
      }
    var hours: [TitleNumber: [Int32: Int32]] = [:]
    var totals: [TitleNumber: Double] = [:]
    for (title, at) in plays {
      hours[title, default: [:]][Trending.hour(of: Timestamp(milliseconds: Int64(at * 1000))), default: 0] += 1
      totals[title, default: 0] += 1
    }
    let trending = Trending()
    let popularity = hours.mapValues { byHour in
      var counts = PlayCounts()
      for (hour, profiles) in byHour.sorted(by: { $0.key < $1.key }) { counts.set(profiles, inHour: hour) }
      return trending.popularity(of: counts, at: now)
    }
    return Shelf(
      facts: facts,
      numbers: Dictionary(uniqueKeysWithValues: titles.enumerated().map { (id($1.title), TitleNumber($0 + 1)) }),
      popularity: Dictionary(
        uniqueKeysWithValues: popularity.map { ($0, Popularity(short: $1.short, long: totals[$0] ?? 0)) }),
      trending: trending, similarity: SimilarityIndex(facts))
  }

  private static func lines<Line: Decodable>(_ path: String) throws -> [Line] {
    let decoder = JSONDecoder()
    return try Data(contentsOf: URL(fileURLWithPath: path)).split(separator: UInt8(ascii: "\n"))
      .map { try decoder.decode(Line.self, from: Data($0)) }
  }
}

/// A model without the keeper that reads it from the disk.
struct ServedRanker: ProfileRanker {
  let serving: ServingModel

  func ranking(for viewer: Viewer, on shelf: Shelf) -> ProfileRanking { serving.ranking(for: viewer, on: shelf) }
}
