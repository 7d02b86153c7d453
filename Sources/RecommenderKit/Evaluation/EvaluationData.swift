import Contract
package import Foundation

/// Events to train on, and profiles to recommend to and to judge by.
package struct EvaluationData: Sendable {
  package struct Case: Sendable {
    package let profile: String
    /// What is folded in, faded with age.
    package let history: [(title: Int32, weight: Float)]
    /// Never recommended: all that was folded in, liked or not, and what the truth names as seen.
    package let seen: TitleMask
    /// Titles nobody was trained on have indices of their own: they count, and cannot be found.
    package let relevant: Set<Int32>
  }

  package let interactions: Interactions
  /// Names by index, of the titles that the training's events name.
  package let titles: [String]
  package let cases: [Case]
  /// Relevant titles that no event of the training names.
  package let unknownRelevant: Int
  package let trainingEvents: Int
  /// Lines that were left out.
  package let faults: [LineFault]

  package init(
    train: (name: String, bytes: Data), foldIn: (name: String, bytes: Data), truth: (name: String, bytes: Data)
  ) {
    let training = JSONLines<ViewingLine>(train.bytes, file: train.name)
    let folded = JSONLines<ViewingLine>(foldIn.bytes, file: foldIn.name)
    let truths = JSONLines<TruthLine>(truth.bytes, file: truth.name)
    var names = Names()
    var profiles = Names()

    var trained = Viewings()
    for line in training.values {
      trained.add(line, profile: profiles.index(of: line.profile), names.index(of: line.title))
    }
    titles = names.all
    var builder = Interactions.Builder()
    for (pair, viewing) in trained.all {
      builder.add(profile: pair.profile, title: pair.title, weight: viewing.label)
    }
    interactions = builder.build(titleCount: titles.count)

    var watched = Viewings()
    var testProfiles = Names()
    for line in folded.values {
      watched.add(line, profile: testProfiles.index(of: line.profile), names.index(of: line.title))
    }
    let histories = watched.byProfile()
    let titleCount = titles.count
    cases = truths.values.map { line in
      let history = testProfiles.known(line.profile).flatMap { histories[$0] } ?? []
      var seen = TitleMask(titleCount: titleCount, masking: history.map(\.title))
      for title in line.seen { seen.insert(names.index(of: title)) }
      return Case(
        profile: line.profile, history: Self.faded(history), seen: seen,
        relevant: Set(line.relevant.map { names.index(of: $0) }))
    }
    unknownRelevant = cases.reduce(0) { $0 + $1.relevant.count { Int($0) >= titleCount } }
    trainingEvents = training.values.count
    faults = training.faults + folded.faults + truths.faults
  }

  /// By age at the profile's latest event: that is when it would have been asked.
  private static func faded(_ history: [(title: Int32, viewing: Viewings.Viewing)]) -> [(title: Int32, weight: Float)] {
    let now = history.map(\.viewing.at).max() ?? Timestamp(milliseconds: 0)
    return history.compactMap { title, viewing in
      viewing.label > 0
        ? (title, TasteLabel.faded(viewing.label, ageSeconds: now.seconds(since: viewing.at))) : nil
    }
  }
}

/// Indices by name, in order of appearance.
private struct Names {
  private(set) var all: [String] = []
  private var indices: [String: Int32] = [:]

  mutating func index(of name: String) -> Int32 {
    if let known = indices[name] { return known }
    let index = Int32(all.count)
    indices[name] = index
    all.append(name)
    return index
  }

  func known(_ name: String) -> Int32? { indices[name] }
}

/// What each profile watched of each title, over all its events.
private struct Viewings {
  struct Pair: Hashable {
    let profile: Int32
    let title: Int32
  }

  struct Viewing {
    var watchedSeconds: Double
    var runtimeSeconds: Double
    var at: Timestamp

    var label: Float { TasteLabel.weight(completion: min(1, watchedSeconds / runtimeSeconds)) }
  }

  private(set) var all: [Pair: Viewing] = [:]

  mutating func add(_ line: ViewingLine, profile: Int32, _ title: Int32) {
    let at = Timestamp(line.at) ?? Timestamp(milliseconds: 0)
    let new = Viewing(watchedSeconds: line.watchedSeconds, runtimeSeconds: line.runtimeSeconds, at: at)
    guard var viewing = all.updateValue(new, forKey: Pair(profile: profile, title: title)) else { return }
    viewing.watchedSeconds += line.watchedSeconds
    viewing.runtimeSeconds = line.runtimeSeconds
    viewing.at = max(viewing.at, at)
    all[Pair(profile: profile, title: title)] = viewing
  }

  /// By title, so that sums do not depend on the order of a dictionary.
  func byProfile() -> [Int32: [(title: Int32, viewing: Viewing)]] {
    var rows: [Int32: [(title: Int32, viewing: Viewing)]] = [:]
    for (pair, viewing) in all { rows[pair.profile, default: []].append((pair.title, viewing)) }
    return rows.mapValues { $0.sorted { $0.title < $1.title } }
  }
}
