import CacheKit
import Testing

@Suite struct BoundedCacheTests {
  @Test("It never holds more than its limit, and keeps what is in use")
  func bounded() {
    let cache = BoundedCache<Int, Int>(limit: 100)
    cache[-1] = 1
    for key in 0..<10_000 {
      cache[key] = key
      #expect(cache[-1] == 1)
    }
    let held = (0..<10_000).count { cache[$0] != nil }
    #expect(held <= 100)
    #expect(cache.count <= 100)
  }

  @Test("A removed entry stays removed")
  func removed() {
    let cache = BoundedCache<Int, Int>(limit: 4)
    for key in 0..<3 { cache[key] = key }
    cache[0] = nil
    #expect(cache[0] == nil)
  }
}
