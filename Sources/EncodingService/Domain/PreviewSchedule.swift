/// When a film that is still being encoded is published a bit longer.
///
/// Each beginning is twice as long as the one before: all together cost less than twice the joining and packaging of
/// the film, which is little beside its encoding, and who started at once does not run out of film as long as encoding
/// is twice as fast as watching.
enum PreviewSchedule {
  /// Lengths in chunks, growing, each short of the whole film.
  static func lengths(chunkCount: Int) -> [Int] {
    var lengths: [Int] = []
    var next = 1
    while next < chunkCount {
      lengths.append(next)
      next *= 2
    }
    return lengths
  }
}
