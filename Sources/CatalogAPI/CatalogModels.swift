package import Contract

package enum TitleKind: String, Codable, Sendable, CaseIterable {
  case film, series
}

package struct Title: Codable, Sendable, Hashable {
  package var id: TitleID
  package var kind: TitleKind
  package var name: String
  package var year: Int
  package var synopsis: String
  /// BCP 47; `zxx` where nothing is spoken.
  package var language: String
  /// ISO 3166-1 alpha-2.
  package var countries: [String]
  package var maturity: MaturityRating
  package var runtimeSeconds: Int
  package var genres: [String]
  package var directors: [String]
  package var cast: [String]
  /// SPDX-like name of the licence it may be shown under, e.g. `CC-BY`.
  package var licence: String
  /// What plays; absent until a film file has been encoded for it.
  package var video: PlayableVideo?
  package var createdAt: Timestamp
  /// When and where it may be shown; absent: always, everywhere.
  package var availability: Availability?

  package init(
    id: TitleID, kind: TitleKind, name: String, year: Int, synopsis: String, language: String, countries: [String],
    maturity: MaturityRating, runtimeSeconds: Int, genres: [String], directors: [String], cast: [String],
    licence: String, video: PlayableVideo?, createdAt: Timestamp, availability: Availability? = nil
  ) {
    self.id = id
    self.kind = kind
    self.name = name
    self.year = year
    self.synopsis = synopsis
    self.language = language
    self.countries = countries
    self.maturity = maturity
    self.runtimeSeconds = runtimeSeconds
    self.genres = genres
    self.directors = directors
    self.cast = cast
    self.licence = licence
    self.video = video
    self.createdAt = createdAt
    self.availability = availability
  }
}

/// The published result of encoding.
package struct PlayableVideo: Codable, Sendable, Hashable {
  package var assetId: AssetID
  package var durationSeconds: Double
  /// Height in pixels of the best rendition.
  package var maxHeight: Int
  /// Absent where encoding did not tell.
  package var tracks: MediaTracks?

  package init(assetId: AssetID, durationSeconds: Double, maxHeight: Int, tracks: MediaTracks? = nil) {
    self.assetId = assetId
    self.durationSeconds = durationSeconds
    self.maxHeight = maxHeight
    self.tracks = tracks
  }
}

package struct NewTitle: Codable, Sendable {
  /// The importer's own stable name for it; the id is derived from it. Absent: a fresh id.
  package var key: String?
  package var kind: TitleKind?
  package var name: String
  package var year: Int
  package var synopsis: String?
  package var language: String?
  package var countries: [String]?
  package var maturity: MaturityRating
  package var runtimeSeconds: Int?
  package var genres: [String]?
  package var directors: [String]?
  package var cast: [String]?
  package var licence: String?
  package var availability: Availability?

  package init(
    key: String? = nil, kind: TitleKind? = nil, name: String, year: Int, synopsis: String? = nil,
    language: String? = nil, countries: [String]? = nil, maturity: MaturityRating, runtimeSeconds: Int? = nil,
    genres: [String]? = nil, directors: [String]? = nil, cast: [String]? = nil, licence: String? = nil,
    availability: Availability? = nil
  ) {
    self.key = key
    self.kind = kind
    self.name = name
    self.year = year
    self.synopsis = synopsis
    self.language = language
    self.countries = countries
    self.maturity = maturity
    self.runtimeSeconds = runtimeSeconds
    self.genres = genres
    self.directors = directors
    self.cast = cast
    self.licence = licence
    self.availability = availability
  }
}

package struct TitleImport: Codable, Sendable {
  package var titles: [NewTitle]

  package init(titles: [NewTitle]) {
    self.titles = titles
  }
}

package struct ImportResult: Codable, Sendable {
  package var added: Int
  package var known: Int

  package init(added: Int, known: Int) {
    self.added = added
    self.known = known
  }
}

package struct SearchResult: Codable, Sendable {
  package struct Facet: Codable, Sendable {
    package var value: String
    package var count: Int

    package init(value: String, count: Int) {
      self.value = value
      self.count = count
    }
  }

  /// Best first.
  package var titleIds: [TitleID]
  package var genres: [Facet]
  /// The query with its misspelt words mended, where the words as typed find nothing.
  package var didYouMean: String?
  package var next: String?

  package init(titleIds: [TitleID], genres: [Facet], didYouMean: String? = nil, next: String?) {
    self.titleIds = titleIds
    self.genres = genres
    self.didYouMean = didYouMean
    self.next = next
  }
}
