import AccountsAPI
import Contract

/// What a profile shall be, every field found good.
struct ProfileDraft: Sendable {
  static let nameMaximum = 40
  /// The most that a kids' profile may see.
  static let kidsMaturityLimit = MaturityRating.seven

  let name: String
  /// Nil where none was chosen.
  let avatar: Avatar?
  let language: String
  let maturityLimit: MaturityRating
  let kids: Bool

  /// By what names of one account's profiles are compared.
  var nameKey: String { Wording.folded(name) }

  /// Throws a 422 ``Problem`` naming every field that is not good.
  init(_ request: NewProfile) throws {
    try self.init(
      name: request.name, avatar: request.avatar, language: request.language ?? "en",
      maturityLimit: request.maturityLimit,
      kids: request.kids ?? false, widest: .eighteen)
  }

  /// `profile` after `change`. Throws a 422 ``Problem`` naming every field that is not good.
  init(_ profile: Profile, changedBy change: ProfileChange) throws {
    try self.init(
      name: change.name ?? profile.name, avatar: change.avatar ?? profile.avatar,
      language: change.language ?? profile.language,
      maturityLimit: change.maturityLimit, kids: change.kids ?? profile.kids, widest: profile.maturityLimit)
  }

  /// A limit that is not asked for is the widest that the profile may have, up to `widest`.
  private init(
    name: String, avatar: Avatar?, language: String, maturityLimit: MaturityRating?, kids: Bool,
    widest: MaturityRating
  ) throws {
    var errors = FieldErrors()
    let name = errors.check("name") { () throws(UnacceptableValue) in
      try Wording.name(name, maximum: Self.nameMaximum)
    }
    let language = errors.check("language") { () throws(UnacceptableValue) in try LanguageTag.check(language) }
    if kids, let maturityLimit, maturityLimit > Self.kidsMaturityLimit {
      errors.note("maturityLimit", "must be \(Self.kidsMaturityLimit.rawValue) or below for kids")
    }
    guard let name, let language, errors.problem == nil else { throw errors.problem ?? .internalError }
    self.name = name
    self.avatar = avatar
    self.language = language
    self.kids = kids
    self.maturityLimit = maturityLimit ?? (kids ? min(widest, Self.kidsMaturityLimit) : widest)
  }

  /// What makes two requests for a profile the same.
  var fingerprint: [UInt8] {
    let texts = [name, language, maturityLimit.rawValue, "\(kids)"] + (avatar.map { [$0.rawValue] } ?? [])
    return texts.flatMap { Array($0.utf8) + [0] }
  }
}
