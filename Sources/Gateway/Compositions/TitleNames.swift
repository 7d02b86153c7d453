import Contract
import RecommendationsAPI

/// Puts names to what recommendations says by ids: those of titles that the profile may see, and no others.
struct TitleNames: Sendable {
  let catalogue: CatalogueView.State
  let audience: Audience

  func name(_ title: TitleID) -> String? { catalogue.card(title, for: audience)?.name }

  /// Whether all titles that the row names may be named.
  func admits(_ plan: RowPlan) -> Bool { plan.named.allSatisfy { name($0) != nil } }

  func named(_ reason: Reason) -> Reason {
    guard [.watched, .liked].contains(reason.kind), let title = reason.titleId else { return reason }
    guard let name = name(title) else { return Reason(kind: .popular, text: "Picked for you") }
    let verb = reason.kind == .watched ? "watched" : "like"
    return Reason(kind: reason.kind, text: "Because you \(verb) \(name)", titleId: title)
  }
}
