/// How long and how many the fields of a title may be. Lengths are Unicode scalars.
enum TitleBounds {
  static let keyLength = 1...200
  static let nameLength = 1...300
  static let synopsisLength = 0...5000
  /// The Roundhay Garden Scene is of 1888; magic lanterns were older.
  static let year = 1870...2100
  static let runtimeSeconds = 0...24 * 3600
  static let genres = 20
  static let genreLength = 1...40
  static let people = 100
  static let personLength = 1...200
  static let countries = 50
  /// As many as ISO 3166-1 has.
  static let territories = 1...249
  static let licenceLength = 1...100
  /// BCP 47 allows longer ones that nobody uses.
  static let languageLength = 2...35
}
