import CatalogAPI
import Contract
import PlaybackAPI

/// A title as the ready-made beginning of its card: what is the same for every profile is encoded once, when the
/// catalogue changes, and copied into each answer.
struct CardBytes: Sendable {
  /// From `{"titleId"` up to and without the first field that depends on the profile.
  let shared: [UInt8]
  let id: TitleID
  let name: String
  let maturity: MaturityRating
  let availability: Availability?
  let isPlayable: Bool

  init(_ title: Title) throws {
    id = title.id
    name = title.name
    maturity = title.maturity
    availability = title.availability
    isPlayable = title.video != nil
    let poster = title.video.map { MediaLayout.artworkPath(asset: $0.assetId, file: MediaLayout.poster) }
    let fields = SharedFields(
      titleId: title.id, kind: title.kind, name: title.name, year: title.year, maturity: title.maturity,
      artwork: .init(poster: poster, backdrop: poster), playable: isPlayable)
    shared = Array(try JSON.encode(fields).dropLast())
  }

  private struct SharedFields: Encodable {
    struct Artwork: Encodable {
      var poster: String?
      var backdrop: String?

      private enum CodingKeys: CodingKey { case poster, backdrop }

      /// Both names are always there, null where there is no picture.
      func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(poster, forKey: .poster)
        try container.encode(backdrop, forKey: .backdrop)
      }
    }
    var titleId: TitleID
    var kind: TitleKind
    var name: String
    var year: Int
    var maturity: MaturityRating
    var artwork: Artwork
    var playable: Bool
  }
}

/// What a card says of one profile.
struct CardDetails: Sendable {
  struct Resume: Sendable {
    var positionSeconds: Double
    var durationSeconds: Double
  }

  var resume: Resume?
  var isListed = false
  var rating: Thumbs?
  /// A reason, already JSON; `null` where there is none.
  var reason: [UInt8]?
  var origin: CardOrigin?
}

/// How a card came to be shown: what is reported, and learned, about it.
struct CardOrigin: Sendable {
  /// The page's id.
  var requestID: RequestID
  /// Nil where no model had a part in it.
  var modelVersion: String?
  /// With what chance the title was to come to its place.
  var propensity = 1.0
}

/// Appends cards and rows to a growing JSON answer.
enum CardWriter {
  static func append(_ card: CardBytes, _ details: CardDetails, to json: inout [UInt8]) {
    json += card.shared
    json += #","resume":"#.utf8
    if let resume = details.resume {
      json += #"{"positionSeconds":"#.utf8
      json += seconds(resume.positionSeconds).utf8
      json += #","durationSeconds":"#.utf8
      json += seconds(resume.durationSeconds).utf8
      json.append(UInt8(ascii: "}"))
    } else {
      json += "null".utf8
    }
    json += details.isListed ? #","inMyList":true,"rating":"#.utf8 : #","inMyList":false,"rating":"#.utf8
    json += (details.rating.map { "\"\($0.rawValue)\"" } ?? "null").utf8
    json += #","reason":"#.utf8
    if let reason = details.reason { json += reason } else { json += "null".utf8 }
    if let origin = details.origin {
      json += #","requestId":""#.utf8
      json += origin.requestID.description.utf8
      json += #"","modelVersion":"#.utf8
      if let version = origin.modelVersion { JSONText.append(version, to: &json) } else { json += "null".utf8 }
      json += #","propensity":"#.utf8
      json += (origin.propensity == 1 ? "1" : origin.propensity.description).utf8
    }
    json.append(UInt8(ascii: "}"))
  }

  /// Milliseconds are as fine as a player needs.
  private static func seconds(_ value: Double) -> String {
    guard value.isFinite else { return "0" }
    return ((value * 1000).rounded() / 1000).description
  }
}
