/// How a film's ladder was chosen: what was sampled, what was found, what the fixed ladder would have been.
package struct LadderReport: Codable, Sendable, Hashable {
  package var kind: LadderKind
  /// Why it is this kind, in words.
  package var reason: String
  /// Absent where nothing was sampled.
  package var measure: QualityMeasure?
  package var sampledSeconds: Double?
  /// By size, largest first; then by rate factor.
  package var curve: [CurvePoint]?
  /// What the fixed ladder is predicted to come to, in H.264.
  package var fixed: [PredictedRung]?

  package init(kind: LadderKind, reason: String) {
    self.kind = kind
    self.reason = reason
  }
}

package enum QualityMeasure: String, Codable, Sendable, CaseIterable {
  /// VMAF, 0 to 100.
  case vmaf
  /// Structural similarity, brought to VMAF's scale by a table: near enough to compare, not to be quoted as VMAF.
  case ssim
}

/// What samples of the film came to at one size and rate factor, in H.264, without a cap.
package struct CurvePoint: Codable, Sendable, Hashable {
  package var width: Int
  package var height: Int
  package var constantRateFactor: Int
  package var kbps: Double
  /// Means at the source's size.
  package var ssim: Double
  package var vmaf: Double?

  package init(width: Int, height: Int, constantRateFactor: Int, kbps: Double, ssim: Double, vmaf: Double?) {
    self.width = width
    self.height = height
    self.constantRateFactor = constantRateFactor
    self.kbps = kbps
    self.ssim = ssim
    self.vmaf = vmaf
  }
}

package struct PredictedRung: Codable, Sendable, Hashable {
  package var name: String
  package var kbps: Double
  /// On VMAF's scale.
  package var quality: Double

  package init(name: String, kbps: Double, quality: Double) {
    self.name = name
    self.kbps = kbps
    self.quality = quality
  }
}

/// Why a rendition is in the ladder.
package struct RenditionWhy: Codable, Sendable, Hashable {
  package var reason: String
  /// What samples say it will come to; absent where there are none.
  package var predictedKbps: Double?
  /// On VMAF's scale, by the ladder's measure.
  package var predictedQuality: Double?
  /// The rung of the fixed ladder in whose place it is.
  package var comparedTo: PredictedRung?

  package init(
    reason: String, predictedKbps: Double? = nil, predictedQuality: Double? = nil, comparedTo: PredictedRung? = nil
  ) {
    self.reason = reason
    self.predictedKbps = predictedKbps
    self.predictedQuality = predictedQuality
    self.comparedTo = comparedTo
  }
}
