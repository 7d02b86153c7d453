/// How much a rendition looks like its source, measured before it is published.
package struct RenditionQuality: Codable, Sendable, Hashable {
  /// Of the film that was looked at.
  package var measuredSeconds: Double
  /// Structural similarity at the source's size (Wang et al. 2004), 0 to 1.
  package var ssim: QualityStatistics
  /// VMAF at the source's size, 0 to 100; absent where the encoder has no tool for it.
  package var vmaf: QualityStatistics?
  package var likeness: Likeness

  package init(measuredSeconds: Double, ssim: QualityStatistics, vmaf: QualityStatistics?, likeness: Likeness) {
    self.measuredSeconds = measuredSeconds
    self.ssim = ssim
    self.vmaf = vmaf
    self.likeness = likeness
  }
}

package struct QualityStatistics: Codable, Sendable, Hashable {
  package var mean: Double
  /// Of pictures: 19 of 20 are better.
  package var fifthPercentile: Double
  /// The mean of the worst second, and where it begins.
  package var worstSecond: Double
  package var worstSecondAtSeconds: Double

  package init(mean: Double, fifthPercentile: Double, worstSecond: Double, worstSecondAtSeconds: Double) {
    self.mean = mean
    self.fifthPercentile = fifthPercentile
    self.worstSecond = worstSecond
    self.worstSecondAtSeconds = worstSecondAtSeconds
  }
}

/// Whether these are the source's pictures at all, however well compressed. Pictures are compared as thumbnails, in
/// which neither detail nor noise counts; how far a rendition is from its source is told by how far the source itself
/// moves within a second: below 1 where it follows the source, from 1 where it stands still, is late, or is something
/// else.
package struct Likeness: Codable, Sendable, Hashable {
  package var stray: Double
  package var worstSecondStray: Double
  package var worstSecondAtSeconds: Double
  /// The pictures are rather those of so many seconds later (or earlier, below 0); absent where they are in place.
  package var shiftSeconds: Double?

  package init(stray: Double, worstSecondStray: Double, worstSecondAtSeconds: Double, shiftSeconds: Double?) {
    self.stray = stray
    self.worstSecondStray = worstSecondStray
    self.worstSecondAtSeconds = worstSecondAtSeconds
    self.shiftSeconds = shiftSeconds
  }
}
