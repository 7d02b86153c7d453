import CatalogAPI
import Contract
import Synchronization

/// The catalogue as the gateway needs it: every title's card as bytes, and the orders that degraded rows are made of.
/// Fed by catalog's events; a lost view is read again from catalog's snapshot.
final class CatalogueView: Sendable {
  /// One consistent state; replaced whole on each change of the catalogue, so that readers never wait.
  struct State: Sendable {
    fileprivate(set) var cards: [TitleID: CardBytes] = [:]
    fileprivate(set) var titles: [TitleID: Title] = [:]
    /// Latest first.
    fileprivate(set) var newest: [TitleID] = []
    /// Titles of a genre, playable ones first.
    fileprivate(set) var genres: [(name: String, titles: [TitleID])] = []
    /// Moments at which a window opens or closes, earliest first.
    fileprivate(set) var turns: [Timestamp] = []
    fileprivate(set) var mark = Mark()
    fileprivate var isArranged = true
    /// False until catalog's state has been read once.
    fileprivate(set) var isLoaded = false

    /// The card, unless the title is unknown or not for that audience.
    func card(_ id: TitleID, for audience: Audience) -> CardBytes? {
      guard let card = cards[id], audience.admits(card.maturity, card.availability) else { return nil }
      return card
    }

    /// The latest moment until `now` at which a window opened or closed: what was made before it is outdated.
    func turn(at now: Timestamp) -> Timestamp? {
      var (low, high) = (0, turns.count)
      while low < high {
        let middle = (low + high) / 2
        if turns[middle] <= now { low = middle + 1 } else { high = middle }
      }
      return low == 0 ? nil : turns[low - 1]
    }
  }

  /// Which state of the catalogue something was made from.
  struct Mark: Sendable, Hashable {
    /// Grows with every change.
    fileprivate(set) var version = 0
    /// Catalog's latest event in it; nil until its state has been read once.
    fileprivate(set) var position: EventPosition?
  }

  private let state = Mutex(State())

  var mark: Mark { state.withLock { $0.mark } }

  /// The orders are arranged at the first reading after a change, so that a burst of events costs one sort.
  var current: State {
    state.withLock { current in
      if !current.isArranged { current.arrange() }
      return current
    }
  }

  /// Starts over from the whole catalogue as it was at `position`.
  func replaceAll(_ titles: [Title], at position: EventPosition) throws {
    var fresh = State()
    for title in titles { try fresh.put(title) }
    fresh.isLoaded = true
    state.withLock { current in
      fresh.mark = Mark(version: current.mark.version + 1, position: position)
      current = fresh
    }
  }

  /// Takes in titles that are new or changed by the event at `position`.
  func apply(_ titles: [Title], at position: EventPosition) throws {
    try state.withLock { current in
      for title in titles { try current.put(title) }
      current.mark = Mark(version: current.mark.version + 1, position: position)
    }
  }
}

extension CatalogueView.State {
  fileprivate mutating func put(_ title: Title) throws {
    cards[title.id] = try CardBytes(title)
    titles[title.id] = title
    isArranged = false
  }

  fileprivate mutating func arrange() {
    let ordered = titles.values.sorted { ($0.createdAt, $0.id) > ($1.createdAt, $1.id) }
    newest = ordered.map(\.id)
    var byGenre: [String: [TitleID]] = [:]
    for title in ordered.filter({ $0.video != nil }) + ordered.filter({ $0.video == nil }) {
      for genre in title.genres { byGenre[genre, default: []].append(title.id) }
    }
    genres = byGenre.sorted { ($1.value.count, $0.key) < ($0.value.count, $1.key) }
      .map { (name: $0.key, titles: $0.value) }
    turns = Set(titles.values.flatMap { [$0.availability?.from, $0.availability?.until].compactMap(\.self) }).sorted()
    isArranged = true
  }
}
