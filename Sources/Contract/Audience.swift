/// For whom titles are looked at, and when. The one answer to "may this viewer see this title?", for every service that
/// shows titles: what is not admitted is not there, and never told apart from what does not exist.
package struct Audience: Sendable, Hashable {
  /// Where the audience is.
  package enum Place: Sendable, Hashable {
    /// Operators, and services on their own behalf.
    case everywhere
    case territory(Territory)
    /// Titles that are licensed for some territories only are not for it.
    case unknown

    /// What is searched for in a text of territories parted by spaces: there where the title may be shown. Every text
    /// has the empty one in it, and none has a hyphen.
    package var territoryPattern: String {
      switch self {
      case .everywhere: ""
      case .territory(let territory): territory.description
      case .unknown: "-"
      }
    }
  }

  package var maturityLimit: MaturityRating
  package var place: Place
  package var now: Timestamp

  package init(maturityLimit: MaturityRating, place: Place, now: Timestamp) {
    self.maturityLimit = maturityLimit
    self.place = place
    self.now = now
  }

  package func admits(_ maturity: MaturityRating, _ availability: Availability?) -> Bool {
    maturity <= maturityLimit && (availability.map(admits) ?? true)
  }

  /// Leaves maturity out.
  package func admits(_ availability: Availability) -> Bool {
    guard availability.isOpen(at: now) else { return false }
    guard let territories = availability.territories else { return true }
    return switch place {
    case .everywhere: true
    case .territory(let territory): territories.contains(territory)
    case .unknown: false
    }
  }
}

extension Principal {
  package var place: Audience.Place {
    if let territory { return .territory(territory) }
    return role == .operator || role == .service ? .everywhere : .unknown
  }

  /// Where neither the principal nor the caller names a limit, `otherwise` holds; of two the stricter.
  package func audience(
    at now: Timestamp, asked: MaturityRating? = nil, otherwise: MaturityRating = .all
  ) -> Audience {
    let limit = [asked, maturityLimit].compactMap(\.self).min() ?? otherwise
    return Audience(maturityLimit: limit, place: place, now: now)
  }
}
