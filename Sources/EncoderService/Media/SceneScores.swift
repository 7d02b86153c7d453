/// How much each picture differs from the one before, 0 to 100, as ffmpeg's `scdet` has it.
struct SceneScores: Sendable, Equatable {
  private(set) var scores: [Double] = []

  /// At one small size for source and result, so that the two can be compared.
  static func filter(writingTo file: String) -> String {
    "scale=160:90:flags=area,format=yuv420p,scdet=threshold=100,metadata=mode=print:key=lavfi.scd.score:file=\(file)"
  }

  init(_ text: String) {
    for line in text.split(separator: "\n") {
      guard line.hasPrefix("lavfi.scd.score="), let score = Double(line.dropFirst("lavfi.scd.score=".count)) else {
        continue
      }
      scores.append(score)
    }
  }

  /// Above it a picture begins a new scene without doubt.
  static let certain = 12.0

  var cuts: [Int] { scores.indices.filter { scores[$0] >= Self.certain } }

  /// Cuts of `self` that `other` does not have at the very same picture. Compression softens a cut, so there it need
  /// only stand out from its neighbours by half.
  func cuts(missingIn other: SceneScores) -> [Int] {
    cuts.filter { frame in
      guard other.scores.indices.contains(frame) else { return true }
      // A neighbour that is a cut here too is no sign of a cut that moved.
      let neighbours = [frame - 1, frame + 1]
        .filter { other.scores.indices.contains($0) && !(scores.indices.contains($0) && scores[$0] >= Self.certain) }
        .map { other.scores[$0] }
      return other.scores[frame] < scores[frame] / 2
        || neighbours.contains { $0 > other.scores[frame] && $0 > scores[frame] / 2 }
    }
  }
}
