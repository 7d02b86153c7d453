import EncodingAPI

/// Scores of single pictures of a film, by their numbers.
struct QualityScores: Sendable, Equatable {
  private(set) var scores: [(picture: Int, score: Double)] = []

  static func == (left: Self, right: Self) -> Bool {
    left.scores.elementsEqual(right.scores) { $0 == $1 }
  }

  /// What ffmpeg's `ssim` writes, a line a picture: `n:1 Y:0.98 U:0.99 V:0.99 All:0.98 (18.1)`. Brightness is what
  /// counts.
  mutating func addSSIM(_ text: String, from first: Int) {
    for line in text.split(separator: "\n") {
      var number: Int?
      var score: Double?
      for field in line.split(separator: " ") {
        if field.hasPrefix("n:") { number = Int(field.dropFirst(2)) }
        if field.hasPrefix("Y:") { score = Double(field.dropFirst(2)) }
      }
      if let number, let score, score.isFinite { scores.append((first + number - 1, score)) }
    }
  }

  /// What `libvmaf` writes as CSV: a line of names, then one for each picture.
  mutating func addVMAF(_ text: String, from first: Int) {
    let lines = text.split(separator: "\n")
    guard let column = lines.first?.split(separator: ",").firstIndex(of: "vmaf") else { return }
    for line in lines.dropFirst() {
      let fields = line.split(separator: ",", omittingEmptySubsequences: false)
      guard fields.count > column, let number = Int(fields[0]), let score = Double(fields[column]), score.isFinite
      else { continue }
      scores.append((first + number, score))
    }
  }

  mutating func add(_ other: QualityScores) { scores += other.scores }

  /// Nil where there are no scores. `places` after the point are kept.
  func statistics(_ rate: FrameRate, places: Int) -> QualityStatistics? {
    guard !scores.isEmpty else { return nil }
    let sorted = scores.map(\.score).sorted()
    let seconds = Dictionary(grouping: scores) { Int(rate.seconds(ofFrames: $0.picture) + 1e-6) }
      .map { second, scores in
        (second: second, mean: scores.reduce(0) { $0 + $1.score } / Double(scores.count), count: scores.count)
      }
    // A rest of a second at the end of a window is too few pictures to be the worst.
    let most = seconds.map(\.count).max() ?? 1
    let worst = seconds.filter { $0.count * 2 >= most }.min { ($0.mean, $0.second) < ($1.mean, $1.second) }
    return QualityStatistics(
      mean: (sorted.reduce(0, +) / Double(sorted.count)).rounded(places: places),
      fifthPercentile: sorted[sorted.count / 20].rounded(places: places),
      worstSecond: (worst?.mean ?? 0).rounded(places: places), worstSecondAtSeconds: Double(worst?.second ?? 0))
  }
}

extension Double {
  func rounded(places: Int) -> Double {
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    return (self * scale).rounded() / scale
  }
}
