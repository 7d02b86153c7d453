import Contract
import RecommenderKit
import StorageKit

/// All that there is to learn from, at about one moment.
struct TrainingSet: Sendable {
  let interactions: Interactions
  /// Ids by index, in their order: the same labels make the same model, whenever titles were first heard of.
  let titles: [String]
  /// That liked anything.
  let profileCount: Int

  /// Reads every label in short reads. Titles that catalog has not told of are left out.
  ///
  /// A profile that is erased meanwhile may be in it: ``LearningStore/Progress`` read before says so.
  static func gather(
    from database: ServiceDatabase, labelsAtOnce: Int, isCancelled: () -> Bool
  ) throws -> TrainingSet {
    var indices: [TitleNumber: Int32] = [:]
    var titles: [String] = []
    try database.read { db in
      try TitleFactsStore.forEachID(in: db) { number, id in
        indices[number] = Int32(titles.count)
        titles.append(id)
      }
    }
    var builder = Interactions.Builder()
    var profiles: [String: Int32] = [:]
    try LabelStore.forEach(in: database, atOnce: labelsAtOnce) { labels in
      if isCancelled() { throw CancellationError() }
      for label in labels where label.label > 0 {
        guard let title = indices[label.title] else { continue }
        let profile = profiles[label.profile] ?? Int32(profiles.count)
        profiles[label.profile] = profile
        builder.add(profile: profile, title: title, weight: label.label)
      }
    }
    return TrainingSet(
      interactions: builder.build(titleCount: titles.count, profileCount: profiles.count), titles: titles,
      profileCount: profiles.count)
  }
}
