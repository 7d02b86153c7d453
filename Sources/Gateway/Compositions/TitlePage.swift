import CatalogAPI
import Contract
import RecommendationsAPI

/// The composed title page: the card's fields, the details of the title, what the profile did with it, what is similar.
struct TitlePage: Sendable {
  let catalogue: CatalogueView
  let parts: ProfileParts
  let settings: GatewaySettings
  let recommendations: any Transport
  let clock: WallClock

  /// Throws a problem 404 for a title that is unknown or not for the profile, now and here: it does not exist for it.
  func json(for titleID: TitleID, profile: ProfileID, in context: CallContext) async throws -> [UInt8] {
    let catalogue = catalogue.current
    var audience = context.principal.audience(at: clock.now())
    guard let card = catalogue.card(titleID, for: audience), let title = catalogue.titles[titleID] else {
      guard catalogue.isLoaded else { throw Problem.unavailable("The catalogue is not loaded yet.") }
      throw Problem.notFound("There is no title \(titleID).")
    }
    async let similarPart = similar(to: titleID, limit: audience.maturityLimit, in: context)
    let viewingPart = await parts.viewing(of: profile, in: context)
    let similar = await similarPart
    audience.now = clock.now()

    var degraded: [String] = []
    if viewingPart.isDegraded { degraded.append("playback") }
    if similar.isDegraded { degraded.append("recommendations") }

    let viewing = viewingPart.value ?? .none
    var json: [UInt8] = []
    CardWriter.append(card, viewing.details(of: titleID), to: &json)
    json.removeLast()
    json.append(UInt8(ascii: ","))
    json += try JSON.encode(TitleDetails(title)).dropFirst().dropLast()
    let names = TitleNames(catalogue: catalogue, audience: audience)
    json += #","similar":["#.utf8
    var isFirst = true
    for item in similar.value ?? [] {
      guard let other = catalogue.card(item.titleId, for: audience) else { continue }
      if !isFirst { json.append(UInt8(ascii: ",")) }
      isFirst = false
      let details = viewing.details(of: item.titleId, reason: try JSON.encode(names.named(item.reason)))
      CardWriter.append(other, details, to: &json)
    }
    json.append(UInt8(ascii: "]"))
    JSONText.appendDegraded(degraded, to: &json)
    return json
  }

  private func similar(
    to title: TitleID, limit: MaturityRating, in context: CallContext
  ) async -> ProfileParts.Part<[RecommendedItem]> {
    var part = context
    part.deadline = context.deadline.atMost(.milliseconds(settings.partDeadlineMilliseconds))
    do {
      let answer = try await recommendations.call(
        RecommendationsEndpoints.similar,
        SimilarQuery(title: title, maturityLimit: limit, limit: settings.rowTitles), in: part)
      return .init(value: answer.items, isDegraded: false)
    } catch {
      return .init(value: nil, isDegraded: true)
    }
  }
}

/// What the title page says beyond the card.
private struct TitleDetails: Encodable {
  struct Person: Encodable {
    enum Role: String, Encodable { case director, cast }
    var name: String
    var role: Role
  }

  struct Subtitles: Encodable {
    var language: String
    var name: String
    var kind: SubtitleKind
  }

  var synopsis: String
  var genres: [String]
  var people: [Person]
  var language: String
  var countries: [String]
  var runtimeSeconds: Int
  var licence: String
  /// What can be heard and read; empty until the title can be played.
  var audio: [SoundTrack]
  var subtitles: [Subtitles]

  init(_ title: Title) {
    synopsis = title.synopsis
    genres = title.genres
    people =
      title.directors.map { Person(name: $0, role: .director) } + title.cast.map { Person(name: $0, role: .cast) }
    language = title.language
    countries = title.countries
    runtimeSeconds = title.runtimeSeconds
    licence = title.licence
    audio = title.video?.tracks?.audio ?? []
    subtitles = (title.video?.tracks?.subtitles ?? []).filter { !$0.isForced }.map {
      Subtitles(language: $0.language, name: $0.name, kind: $0.kind)
    }
  }
}
