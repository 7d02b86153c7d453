import EncodingAPI

/// Short stretches spread over a film, for what would cost too much on the whole of it. Pure.
enum FilmWindows {
  /// `count` windows of one group each, at beginnings of groups, in the middles of equal parts of the film: neither
  /// the leader nor the end titles. The whole film where the windows would be most of it.
  static func spread(_ count: Int, over frameCount: Int, groupFrames: Int) -> [PictureRange] {
    guard frameCount > count * groupFrames * 2 else { return [PictureRange(first: 0, count: frameCount)] }
    let groups = frameCount / groupFrames
    return (0..<count).map { number in
      let group = (2 * number + 1) * groups / (2 * count)
      return PictureRange(first: group * groupFrames, count: groupFrames)
    }
  }

  /// One window for each 20 s of the film, at least 5 and at most 30: of a long film, a minute.
  static func quality(of film: FilmPlan, wholeSeconds: Double) -> [PictureRange] {
    guard film.durationSeconds > wholeSeconds else { return [PictureRange(first: 0, count: film.frameCount)] }
    let count = min(30, max(5, Int(film.durationSeconds / 20)))
    return spread(count, over: film.frameCount, groupFrames: film.groupFrames)
  }
}
