import Contract

/// Texts close to a genuine one: the forgeries that a verifier must all refuse.
struct Mutations {
  private static let characters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= \0é".utf8)

  let original: [UInt8]
  /// Another genuine text, to splice with.
  let sibling: [UInt8]
  var generator: SeededRandom

  init(of original: String, and sibling: String, seed: UInt64) {
    self.original = Array(original.utf8)
    self.sibling = Array(sibling.utf8)
    generator = SeededRandom(seed: seed)
  }

  /// Neither the original nor its sibling.
  mutating func next() -> String {
    while true {
      let text = String(decoding: mutated(), as: UTF8.self)
      if Array(text.utf8) != original, Array(text.utf8) != sibling { return text }
    }
  }

  private mutating func mutated() -> [UInt8] {
    var bytes = original
    let place = Int.random(in: 0..<bytes.count, using: &generator)
    let character = Self.characters.randomElement(using: &generator) ?? 0
    switch Int.random(in: 0..<9, using: &generator) {
    case 0, 1: bytes[place] = character
    case 2: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
    case 3: bytes.insert(character, at: place)
    case 4: bytes.remove(at: place)
    case 5: bytes.swapAt(place, Int.random(in: 0..<bytes.count, using: &generator))
    case 6: bytes = Array(bytes[..<place])
    case 7: bytes = Array(bytes[..<place] + sibling[min(place, sibling.count)...])
    default: bytes = Array(bytes[..<place] + bytes[max(0, place - 8)...])
    }
    return bytes
  }
}
