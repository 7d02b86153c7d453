import CacheKit
import Contract
import RecommendationsAPI
import Synchronization

/// The pages given out lately. Which of them are remembered is bounded by their number; a page that is forgotten goes
/// on by the order its rows have now.
final class PageKeeper: Sendable {
  private let pages: BoundedCache<RequestID, DealtPage>
  /// Rows are continued one at a time, so that none is dealt twice.
  private let dealing = Mutex(())

  init(limit: Int) { pages = BoundedCache(limit: limit) }

  var count: Int { pages.count }

  func keep(_ page: DealtPage) { pages[page.id] = page }

  /// The page, if it is the profile's own.
  func page(_ id: RequestID, of profile: ProfileID) -> DealtPage? {
    guard let page = pages[id], page.profile == profile else { return nil }
    return page
  }

  /// Puts titles at the end of a row as it was when `page` was read; answers the page as it is then.
  func extend(_ page: DealtPage, row: String, by titles: [TitleNumber]) -> DealtPage {
    dealing.withLock { _ in
      guard var current = pages[page.id] else { return page }
      current.extend(row, from: page.items(ofRow: row)?.count ?? 0, by: titles)
      pages[page.id] = current
      return current
    }
  }
}

/// The experiment that runs, at hand for every page.
final class RunningExperiment: Sendable {
  private let running: Mutex<Experiment?>

  init(_ experiment: Experiment?) { running = Mutex(experiment) }

  var current: Experiment? { running.withLock { $0 } }

  func set(_ experiment: Experiment?) { running.withLock { $0 = experiment } }
}
