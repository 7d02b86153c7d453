/// Many short lists of indices, one after the other in memory: thousands of them are walked for each page, and lists
/// of their own would each be fetched from elsewhere.
struct IndexLists: Sendable {
  /// Where each list begins, and where the last one ends.
  private let starts: [Int32]
  private let indices: [Int]

  init(_ lists: some Sequence<[Int]>) {
    var starts: [Int32] = [0]
    var indices: [Int] = []
    for list in lists {
      indices += list
      starts.append(Int32(indices.count))
    }
    self.starts = starts
    self.indices = indices
  }

  subscript(list: Int) -> ArraySlice<Int> { indices[Int(starts[list])..<Int(starts[list + 1])] }
}
