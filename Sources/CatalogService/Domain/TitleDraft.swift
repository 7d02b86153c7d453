import CatalogAPI
import Contract

/// A title that may be added: every field checked and in its normal form.
struct TitleDraft: Sendable, Hashable {
  let id: TitleID
  let key: String?
  let kind: TitleKind
  let name: String
  let year: Int
  let synopsis: String
  let language: String
  let countries: [String]
  let maturity: MaturityRating
  let runtimeSeconds: Int
  let genres: [String]
  let directors: [String]
  let cast: [String]
  let licence: String
  /// Nil where it sets no bounds.
  let availability: Availability?
  let createdAt: Timestamp

  /// Throws all that is wrong with `new` at once.
  init(_ new: NewTitle, at now: Timestamp) throws(CatalogError) {
    var errors = FieldErrors()
    self.init(new, at: now, path: "", errors: &errors)
    if !errors.errors.isEmpty { throw .unacceptable(errors.errors) }
  }

  /// The titles of one import, in order; throws what is wrong with any of them.
  static func all(of new: [NewTitle], at now: Timestamp) throws(CatalogError) -> [TitleDraft] {
    var errors = FieldErrors()
    let drafts = new.enumerated().map { index, title in
      TitleDraft(title, at: now, path: "titles[\(index)].", errors: &errors)
    }
    if !errors.errors.isEmpty { throw .unacceptable(errors.errors) }
    return drafts
  }

  private init(_ new: NewTitle, at now: Timestamp, path: String, errors: inout FieldErrors) {
    key = new.key.map { errors.line($0, path + "key", length: TitleBounds.keyLength) }
    id = key.map { TitleID(seed: $0) } ?? TitleID(at: now)
    kind = new.kind ?? .film
    name = errors.line(new.name, path + "name", length: TitleBounds.nameLength)
    year = new.year
    errors.check(
      TitleBounds.year.contains(year), path + "year",
      "must be from \(TitleBounds.year.lowerBound) to \(TitleBounds.year.upperBound)")
    synopsis = errors.paragraphs(new.synopsis ?? "", path + "synopsis", length: TitleBounds.synopsisLength)
    language = new.language ?? "und"
    errors.check(isLanguageTag(language), path + "language", "must be a BCP 47 language tag")
    maturity = new.maturity
    runtimeSeconds = new.runtimeSeconds ?? 0
    errors.check(
      TitleBounds.runtimeSeconds.contains(runtimeSeconds), path + "runtimeSeconds",
      "must be from 0 to \(TitleBounds.runtimeSeconds.upperBound)")
    licence = errors.line(new.licence ?? "NOASSERTION", path + "licence", length: TitleBounds.licenceLength)
    countries = errors.distinct(new.countries ?? [], path + "countries", atMost: TitleBounds.countries) {
      country, field, errors in
      errors.check(isCountryCode(country), field, "must be two upper-case letters (ISO 3166-1)")
      return country
    }
    genres = errors.distinct(new.genres ?? [], path + "genres", atMost: TitleBounds.genres) { genre, field, errors in
      let isSized = TitleBounds.genreLength.contains(genre.unicodeScalars.count)
      errors.check(isSized && isGenre(genre), field, "must be lower-case letters, digits and hyphens, at most 40")
      return genre
    }
    directors = errors.people(new.directors ?? [], path + "directors")
    cast = errors.people(new.cast ?? [], path + "cast")
    errors.check(
      directors.count + cast.count <= TitleBounds.people, path + "cast",
      "must name at most \(TitleBounds.people) people together with the directors")
    availability = new.availability.flatMap { errors.availability($0, path + "availability.") }
    createdAt = now
  }
}

extension FieldErrors {
  fileprivate mutating func people(_ names: [String], _ field: String) -> [String] {
    distinct(names, field, atMost: TitleBounds.people) { name, field, errors in
      errors.line(name, field, length: TitleBounds.personLength)
    }
  }

  /// The elements in order, each checked, repeats left out.
  fileprivate mutating func distinct(
    _ elements: [String], _ field: String, atMost bound: Int,
    _ checked: (String, _ field: String, inout FieldErrors) -> String
  ) -> [String] {
    guard elements.count <= bound else {
      add(field, "must have at most \(bound) elements")
      return []
    }
    var seen: Set<String> = []
    return elements.enumerated().compactMap { index, element in
      let value = checked(element, "\(field)[\(index)]", &self)
      return seen.insert(value).inserted ? value : nil
    }
  }
}

private func isGenre(_ text: String) -> Bool {
  text == text.lowercased()
    && text.unicodeScalars.allSatisfy { $0 == "-" || $0.properties.isAlphabetic || $0.properties.numericType != nil }
}

private func isCountryCode(_ text: String) -> Bool {
  text.utf8.count == 2 && text.utf8.allSatisfy { (65...90).contains($0) }
}

/// Well-formed enough (RFC 5646 §2.1): subtags of 1–8 letters and digits, the first of letters only.
private func isLanguageTag(_ text: String) -> Bool {
  let subtags = text.split(separator: "-", omittingEmptySubsequences: false)
  return TitleBounds.languageLength.contains(text.utf8.count)
    && subtags.allSatisfy { (1...8).contains($0.utf8.count) && $0.utf8.allSatisfy(isLetterOrDigit) }
    && (subtags.first.map { (2...8).contains($0.utf8.count) && !$0.utf8.contains { (48...57).contains($0) } } ?? false)
}

private func isLetterOrDigit(_ byte: UInt8) -> Bool {
  (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
}
