import ClientKit
import Contract
import RecommendationsAPI

/// What is believed of a profile's taste, with the names of titles, and in a sentence.
struct TasteDocument: Codable, Sendable {
  struct Anchor: Codable, Sendable {
    var titleId: TitleID
    var name: String
    var weight: Double
    var watchedAt: Timestamp
  }

  struct Hidden: Codable, Sendable {
    var titleId: TitleID
    var name: String
    var hiddenAt: Timestamp
  }

  var profileId: ProfileID
  var modelVersion: String
  var summary: String
  var genres: [ProfileTaste.Genre]
  var people: [ProfileTaste.Person]
  var anchors: [Anchor]
  var hidden: [Hidden]
  var resetAt: Timestamp?
}

struct TastePage: Sendable {
  let catalogue: CatalogueView
  let recommendations: any Transport
  let clock: WallClock

  func document(of profile: ProfileID, in context: CallContext) async throws -> TasteDocument {
    let audience = context.principal.audience(at: clock.now())
    let taste = try await recommendations.call(
      TasteEndpoints.taste, TastePath(profile: profile, maturityLimit: audience.maturityLimit), in: context)
    let names = TitleNames(catalogue: catalogue.current, audience: audience)
    let anchors = taste.anchors.compactMap { anchor in
      names.name(anchor.titleId).map { name in
        TasteDocument.Anchor(
          titleId: anchor.titleId, name: name, weight: anchor.weight, watchedAt: anchor.watchedAt)
      }
    }
    let hidden = taste.hidden.compactMap { entry in
      names.name(entry.titleId).map {
        TasteDocument.Hidden(titleId: entry.titleId, name: $0, hiddenAt: entry.hiddenAt)
      }
    }
    return TasteDocument(
      profileId: profile, modelVersion: taste.modelVersion,
      summary: Self.summary(taste.genres.map(\.genre), taste.people, anchors.map(\.name)), genres: taste.genres,
      people: taste.people, anchors: anchors, hidden: hidden, resetAt: taste.resetAt)
  }

  /// `You watch mostly horror and fantasy. You like what F. W. Murnau makes. Nosferatu tells most of it.`
  private static func summary(_ genres: [String], _ people: [ProfileTaste.Person], _ anchors: [String]) -> String {
    guard let first = genres.first, let anchor = anchors.first else {
      return "Nothing is known yet: watch something, and what is like it is recommended."
    }
    var sentences = ["You watch mostly \(genres.count > 1 ? "\(first) and \(genres[1])" : first)."]
    if let director = people.first(where: { $0.role == .director }) {
      sentences.append("You like what \(director.name) makes.")
    }
    sentences.append("\(anchor) tells most of it.")
    return sentences.joined(separator: " ")
  }
}
