package import Contract

/// A figure with the bounds between which it lies with 95 % confidence.
package struct Estimate: Codable, Sendable, Hashable {
  package var value: Double
  package var low: Double
  package var high: Double

  package init(value: Double, low: Double, high: Double) {
    self.value = value
    self.low = low
    self.high = high
  }
}

package struct ExperimentReport: Codable, Sendable {
  /// What came of an arm's pages. Rates are means over profiles, each with its own number of titles seen.
  package struct Arm: Codable, Sendable {
    package var name: String
    package var profiles: Int
    package var pages: Int
    /// Titles that came into view.
    package var impressions: Int
    /// Of those, how many were begun within a day.
    package var plays: Int
    /// Of those, how many were watched for 70 % or more.
    package var completions: Int
    /// Plays for each title seen; absent while fewer than two profiles have seen any.
    package var playRate: Estimate?
    package var completionRate: Estimate?
    /// Its play rate less that of the first arm. An interval without 0 tells them apart.
    package var difference: Estimate?

    package init(
      name: String, profiles: Int, pages: Int, impressions: Int, plays: Int, completions: Int, playRate: Estimate?,
      completionRate: Estimate?, difference: Estimate?
    ) {
      self.name = name
      self.profiles = profiles
      self.pages = pages
      self.impressions = impressions
      self.plays = plays
      self.completions = completions
      self.playRate = playRate
      self.completionRate = completionRate
      self.difference = difference
    }
  }

  /// Whose titles of a drafted row were begun more.
  package struct Preference: Codable, Sendable {
    /// Pages on which the first arm's were, the second's, and both alike; pages without a play are none of them.
    package var wins: Int
    package var losses: Int
    package var ties: Int
    /// The share of pages that the second arm won, ties counting half. An interval without .5 tells them apart.
    package var preference: Estimate?

    package init(wins: Int, losses: Int, ties: Int, preference: Estimate?) {
      self.wins = wins
      self.losses = losses
      self.ties = ties
      self.preference = preference
    }
  }

  package var experiment: Experiment
  /// Of a comparison.
  package var arms: [Arm]?
  /// Of an interleaving.
  package var preference: Preference?

  package init(experiment: Experiment, arms: [Arm]? = nil, preference: Preference? = nil) {
    self.experiment = experiment
    self.arms = arms
    self.preference = preference
  }
}

/// Policies valued by what was shown by chance (inverse propensity scoring, and the same normalised by itself).
package struct ReplayReport: Codable, Sendable {
  package struct Policy: Codable, Sendable {
    /// `best`, `popularity`: always the pool's first by that order. `ranked`: by chance, an earlier place likelier.
    /// `uniform`: as it was logged.
    package var name: String
    /// Plays for each title shown, unbiased.
    package var ips: Estimate?
    /// The same with less spread, slightly biased.
    package var snips: Estimate?
    /// As many titles as the weights amount to.
    package var effectiveImpressions: Double

    package init(name: String, ips: Estimate?, snips: Estimate?, effectiveImpressions: Double) {
      self.name = name
      self.ips = ips
      self.snips = snips
      self.effectiveImpressions = effectiveImpressions
    }
  }

  /// Titles that were drawn by chance and came into view.
  package var impressions: Int
  package var policies: [Policy]

  package init(impressions: Int, policies: [Policy]) {
    self.impressions = impressions
    self.policies = policies
  }
}
