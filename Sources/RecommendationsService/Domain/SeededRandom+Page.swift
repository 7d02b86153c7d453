import Contract

extension SeededRandom {
  /// A page's id tells what chance did to it.
  init(page: RequestID) { self.init(seed: FNV1a.hash(page.description.utf8)) }
}
