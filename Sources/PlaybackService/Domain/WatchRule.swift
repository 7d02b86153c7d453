package import Contract

/// How a heartbeat turns into watched seconds: the position must have moved forward, no further than real playing
/// could have carried it. A jump counts for nothing, and a player that lies gains no more than the clock gives.
package struct WatchRule: Sendable {
  /// The fastest playing that counts, in programme seconds per second.
  let fastestRate: Double
  /// A longer gap than a lease cannot be one session's playing, whatever the wall clock says.
  let longestGapSeconds: Double
  /// What a late report may blur before a move counts as a jump, in seconds.
  static let jitterSeconds = 2.0

  package init(fastestRate: Double, longestGapSeconds: Double) {
    self.fastestRate = fastestRate
    self.longestGapSeconds = longestGapSeconds
  }

  /// Seconds watched between two reports, never negative.
  package func watchedSeconds(
    from earlierPositionSeconds: Double, at earlier: Timestamp, to positionSeconds: Double, at now: Timestamp
  ) -> Double {
    let moved = positionSeconds - earlierPositionSeconds
    let gap = min(max(0, now.seconds(since: earlier)), longestGapSeconds)
    let furthest = gap * fastestRate
    guard moved > 0, moved <= furthest + Self.jitterSeconds else { return 0 }
    return min(moved, furthest)
  }
}

/// Where a title is taken up again.
package struct ResumeRule: Sendable {
  let fromShare: Double
  let untilShare: Double

  package init(fromShare: Double, untilShare: Double) {
    self.fromShare = fromShare
    self.untilShare = untilShare
  }

  /// Zero where the programme has hardly begun or is as good as over.
  package func resumeAtSeconds(stoppedAt positionSeconds: Double, of durationSeconds: Double) -> Double {
    guard durationSeconds > 0 else { return 0 }
    let share = positionSeconds / durationSeconds
    return share < fromShare || share > untilShare ? 0 : positionSeconds
  }
}
