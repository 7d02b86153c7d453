import Contract

/// One viewing, as a line of a file of events.
struct ViewingLine: CheckedLine {
  let profile: String
  let title: String
  let watchedSeconds: Double
  let runtimeSeconds: Double
  let at: String

  var fault: String? {
    if profile.isEmpty { return "profile must not be empty" }
    if title.isEmpty { return "title must not be empty" }
    if !watchedSeconds.isFinite || watchedSeconds < 0 { return "watchedSeconds must be 0 or more" }
    if !runtimeSeconds.isFinite || runtimeSeconds <= 0 { return "runtimeSeconds must be over 0" }
    if Timestamp(at) == nil { return "at must be a time like 2000-12-31T22:12:40Z" }
    return nil
  }
}

/// What a profile of the test turned out to like, and what it had seen before.
struct TruthLine: CheckedLine {
  let profile: String
  let seen: [String]
  let relevant: [String]

  var fault: String? { profile.isEmpty ? "profile must not be empty" : nil }
}
