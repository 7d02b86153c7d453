extension TaskBench {
  /// A decoder that exits with an error found the film at fault; one that was ended did not.
  func judgeDecoding(_ end: ProgramEnd, doing: String) throws {
    guard !end.isSuccess else { return }
    let words = end.standardError.split(separator: "\n").suffix(2).joined(separator: " ")
    switch end.cause {
    case .exited where words.contains("No space left"):
      throw EncodingFault.noSpace("No space was left while \(doing).")
    case .exited where words.contains("Cannot allocate memory"):
      throw EncodingFault.transient("No memory was left while \(doing).")
    case .exited:
      throw EncodingFault.refused("The film could not be decoded while \(doing): \(words)")
    case .killed, .timedOut, .stopped:
      throw EncodingFault.transient("ffmpeg ended (\(end.cause)) while \(doing).")
    }
  }
}
