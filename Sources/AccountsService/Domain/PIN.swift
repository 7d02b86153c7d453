import Contract

/// The few digits that keep a profile to those who know them.
struct PIN: Sendable {
  static let digits = 4...8

  let bytes: [UInt8]

  /// Digits of other scripts are refused, since not every keyboard has them.
  init(_ text: String) throws(UnacceptableValue) {
    guard Self.digits.contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else {
      throw UnacceptableValue("must be \(Self.digits.lowerBound) to \(Self.digits.upperBound) digits, 0 to 9")
    }
    bytes = Array(text.utf8)
  }
}

/// How long a profile waits for the next try after so many wrong ones in a row: a PIN is short, so tries are few.
enum PINTries {
  /// As many come without any wait.
  static let free = 5
  static let firstWaitSeconds = 30.0
  static let longestWaitSeconds = 3600.0

  /// As a client is told of it.
  static func limit(resetSeconds: Int) -> RateLimit {
    RateLimit(
      name: "pins", quota: free, windowSeconds: Int(longestWaitSeconds), remaining: 0, resetSeconds: resetSeconds)
  }

  /// Doubles with each try beyond the free ones.
  static func waitSeconds(after tries: Int) -> Double {
    guard tries >= free else { return 0 }
    let doublings = min(tries - free, 10)
    return min(firstWaitSeconds * Double(1 << doublings), longestWaitSeconds)
  }
}
