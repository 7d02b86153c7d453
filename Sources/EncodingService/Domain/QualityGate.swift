import Contract
import EncodingAPI

/// Whether a rendition is what was asked for. It judges likeness, not sharpness: a hard film at a low rate scores low
/// and is still that film; a rendition that stands still, is black, late, or of another film is not, however well
/// compressed.
struct QualityGate: Sendable {
  /// Of ``Likeness/stray`` over the film. Measured: at most 0.7 for the hardest of contents (pure noise) at the lowest
  /// of rates, at least 0.88 for one that stands still.
  var strayLimit = 0.85
  /// In the worst second. Measured: at most 0.81; at least 0.96 in a second that stands still.
  var worstSecondStrayLimit = 0.95

  static let checkName = "quality"

  func judge(_ quality: RenditionQuality, of rung: Rung) -> CheckResult {
    let likeness = quality.likeness
    let name = "\(Self.checkName) \(rung.name)"
    if let shift = likeness.shiftSeconds {
      return CheckResult(
        check: name, passed: false,
        detail: "\(rung.name) shows the pictures of \(abs(shift)) s \(shift > 0 ? "later" : "earlier") in the source")
    }
    guard likeness.stray <= strayLimit else {
      return CheckResult(
        check: name, passed: false,
        detail: "\(rung.name) does not show the source: it is \(likeness.stray) times as far from it as the source "
          + "moves in a second (limit \(strayLimit)); SSIM \(quality.ssim.mean)")
    }
    guard likeness.worstSecondStray <= worstSecondStrayLimit else {
      return CheckResult(
        check: name, passed: false,
        detail: "\(rung.name) does not follow the source at \(likeness.worstSecondAtSeconds) s: it is "
          + "\(likeness.worstSecondStray) times as far from it as the source moves in a second "
          + "(limit \(worstSecondStrayLimit))")
    }
    let vmaf = quality.vmaf.map { "VMAF \($0.mean), worst second \($0.worstSecond) at \($0.worstSecondAtSeconds) s" }
    return CheckResult(
      check: name, passed: true,
      detail: (vmaf ?? "no tool for VMAF here") + "; SSIM \(quality.ssim.mean); \(quality.measuredSeconds) s measured")
  }
}
