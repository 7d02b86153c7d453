/// When a film that is still being encoded is published a bit longer.
///
/// The beginnings grow by half each time: all together cost about three times the joining and packaging of the film,
/// which is little beside its encoding, and who started at once does not run out of film as long as encoding is half
/// as fast again as watching.
enum PreviewSchedule {
  /// Lengths in chunks, growing, each short of the whole film.
  static func lengths(chunkCount: Int) -> [Int] {
    var lengths: [Int] = []
    var next = 1
    while next < chunkCount {
      lengths.append(next)
      next = max(next + 1, next * 3 / 2)
    }
    return lengths
  }
}
