/// How loud a finished track is (EBU R 128), measured on what was encoded.
package struct LoudnessMeasure: Codable, Sendable, Hashable {
  /// Absent for silence.
  package var integratedLUFS: Double?
  package var targetLUFS: Double
  /// Absent for silence.
  package var truePeakDBTP: Double?
  /// Why the track need not meet the target; absent where it must.
  package var excuse: String?

  package init(integratedLUFS: Double?, targetLUFS: Double, truePeakDBTP: Double?, excuse: String? = nil) {
    self.integratedLUFS = integratedLUFS
    self.targetLUFS = targetLUFS
    self.truePeakDBTP = truePeakDBTP
    self.excuse = excuse
  }

  package static let toleranceLU = 1.0

  package var isMet: Bool {
    guard excuse == nil else { return true }
    return integratedLUFS.map { abs($0 - targetLUFS) <= Self.toleranceLU } ?? false
  }
}
