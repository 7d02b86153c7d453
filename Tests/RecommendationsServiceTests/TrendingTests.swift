import Contract
import Testing

@testable import RecommendationsService

private let now = Timestamp(milliseconds: 1_700_000_000_000)

private func counts(_ plays: [(daysAgo: Double, profiles: Int32)]) -> PlayCounts {
  var counts = PlayCounts()
  for play in plays {
    counts.set(play.profiles, inHour: Trending.hour(of: now.adding(seconds: -play.daysAgo * 86_400)))
  }
  return counts
}

@Suite struct TrendingTests {
  let trending = Trending()

  @Test("A play counts half after one half-life, for the short and the long count each")
  func halvesAfterHalfLife() {
    let dayOld = trending.popularity(of: counts([(1, 8)]), at: now)
    #expect(dayOld.short == 4)
    let oldPlay = trending.popularity(of: counts([(14, 8)]), at: now)
    #expect(oldPlay.long == 4)
  }

  @Test("A title that rises today outranks one that is played every day, though less played")
  func ranksRisingTitles() throws {
    let rising = trending.popularity(of: counts([(0, 40)]), at: now)
    let steady = trending.popularity(of: counts((0..<60).map { (Double($0), 100) }), at: now)
    #expect(steady.long > rising.long)
    let risingScore = try #require(trending.score(rising))
    let steadyScore = try #require(trending.score(steady))
    #expect(risingScore > steadyScore)
  }

  @Test("One lucky play does not outrank a hundred")
  func dampsSmallNumbers() throws {
    let one = try #require(trending.score(trending.popularity(of: counts([(0, 1)]), at: now)))
    let hundred = try #require(trending.score(trending.popularity(of: counts([(0, 100), (9, 100)]), at: now)))
    #expect(hundred > one)
  }

  @Test("What nobody began for days is no trend")
  func forgetsOldTrends() {
    #expect(trending.score(trending.popularity(of: counts([(5, 1)]), at: now)) == nil)
    #expect(trending.score(.none) == nil)
  }

  @Test("Counts come out the same to the last bit in whatever order hours were told")
  func doesNotDependOnOrder() {
    let plays = (0..<200).map { index -> (daysAgo: Double, profiles: Int32) in
      let shuffled = index * 7 % 200
      return (Double(shuffled) / 5, Int32(index % 13 + 1))
    }
    let asTold = trending.popularity(of: counts(plays), at: now)
    let inOrder = trending.popularity(of: counts(plays.sorted { $0.daysAgo > $1.daysAgo }), at: now)
    #expect(asTold == inOrder)
  }

  @Test("A play of a clock ahead of ours counts as of now, one older than five long half-lives not at all")
  func boundsAges() {
    #expect(trending.popularity(of: counts([(-2, 3)]), at: now) == Popularity(short: 3, long: 3))
    #expect(trending.popularity(of: counts([(71, 3)]), at: now) == .none)
  }

  @Test("An hour told again replaces what was told before, and zero removes it")
  func replacesHours() {
    var counts = PlayCounts()
    counts.set(3, inHour: 10)
    counts.set(5, inHour: 9)
    counts.set(4, inHour: 10)
    #expect(counts.hours.map(\.hour) == [9, 10])
    #expect(counts.hours.map(\.profiles) == [5, 4])
    counts.set(0, inHour: 9)
    #expect(counts.hours.map(\.hour) == [10])
  }
}

@Suite struct WatchTests {
  private func watch(position: Double, watched: Double = 0, daysAgo: Double = 0) -> Watch {
    Watch(
      title: 1, positionSeconds: position, durationSeconds: 1000, watchedSeconds: watched,
      lastAt: now.adding(seconds: -daysAgo * 86_400))
  }

  @Test(
    "A title is offered to be continued from 2 to 92 per cent",
    arguments: [(19, false), (20, true), (500, true), (920, true), (921, false), (1000, false)] as [(Double, Bool)])
  func offersUnfinished(position: Double, isOffered: Bool) {
    #expect(watch(position: position).isUnfinished(at: now, withinDays: 60) == isOffered)
  }

  @Test("A title left alone for over sixty days is no longer offered")
  func dropsOldWatches() {
    #expect(watch(position: 500, daysAgo: 59.9).isUnfinished(at: now, withinDays: 60))
    #expect(!watch(position: 500, daysAgo: 60.1).isUnfinished(at: now, withinDays: 60))
  }

  @Test("An abandoned title says nothing about taste, a watched one fades to half")
  func weighsTaste() {
    #expect(Interaction(watch(position: 0, watched: 240)).weight(at: now) == 0)
    #expect(Interaction(watch(position: 0, watched: 250)).weight(at: now) == 0.4)
    #expect(Interaction(watch(position: 0, watched: 700)).weight(at: now) == 1)
    #expect(Interaction(watch(position: 0, watched: 700, daysAgo: 90)).weight(at: now) == 0.75)
    #expect(Interaction(watch(position: 0, watched: 700, daysAgo: 900)).weight(at: now) > 0.5)
  }

  @Test("A title without a known running time is neither unfinished nor taste")
  func toleratesNoDuration() {
    let watch = Watch(title: 1, positionSeconds: 0, durationSeconds: 0, watchedSeconds: 0, lastAt: now)
    #expect(!watch.isUnfinished(at: now, withinDays: 60) && Interaction(watch).weight(at: now) == 0)
  }
}
