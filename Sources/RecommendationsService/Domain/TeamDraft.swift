import Contract

/// Two orders in one list, so that one audience compares them: each round chance decides who picks first, and each
/// side picks its best title that is not in the list yet (Radlinski, Kurup, Joachims, CIKM 2008).
struct TeamDraft: Sendable, Hashable {
  enum Team: String, Sendable, Codable, CaseIterable { case own, rival }

  private(set) var items: [TitleNumber] = []
  private(set) var teams: [TitleNumber: Team] = [:]

  init(_ own: [TitleNumber], _ rival: [TitleNumber], count: Int, using random: inout some RandomNumberGenerator) {
    var sides: [Team: ArraySlice<TitleNumber>] = [.own: own[...], .rival: rival[...]]
    while items.count < count {
      let first: Team = random.next() & 1 == 0 ? .own : .rival
      let before = items.count
      for team in [first, first == .own ? .rival : .own] where items.count < count {
        let left = (sides[team] ?? []).drop { teams[$0] != nil }
        guard let title = left.first else { continue }
        items.append(title)
        teams[title] = team
        sides[team] = left.dropFirst()
      }
      if items.count == before { break }
    }
  }
}
