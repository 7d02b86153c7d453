/// Titles that must not be recommended: seen, hidden, above the maturity limit, not to be had here and now.
package struct TitleMask: Sendable, Hashable {
  private var words: [UInt64]

  /// Of no title.
  package init(titleCount: Int) {
    words = [UInt64](repeating: 0, count: (titleCount + 63) / 64)
  }

  package init(titleCount: Int, masking titles: some Sequence<Int32>) {
    self.init(titleCount: titleCount)
    for title in titles { insert(title) }
  }

  /// Grows with what is put in; negative indices are no title.
  package mutating func insert(_ title: Int32) {
    guard title >= 0 else { return }
    let word = Int(title) / 64
    while words.count <= word { words.append(0) }
    words[word] |= 1 << UInt64(title % 64)
  }

  package mutating func remove(_ title: Int32) {
    guard title >= 0, Int(title) / 64 < words.count else { return }
    words[Int(title) / 64] &= ~(1 << UInt64(title % 64))
  }

  package func contains(_ title: Int32) -> Bool {
    title >= 0 && Int(title) / 64 < words.count && words[Int(title) / 64] & 1 << UInt64(title % 64) != 0
  }

  package mutating func formUnion(_ other: TitleMask) {
    while words.count < other.words.count { words.append(0) }
    for index in other.words.indices { words[index] |= other.words[index] }
  }
}
