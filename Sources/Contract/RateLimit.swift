/// A quota that was used up, as the `RateLimit` and `RateLimit-Policy` fields tell it
/// (draft-ietf-httpapi-ratelimit-headers-10).
package struct RateLimit: Sendable, Hashable {
  /// Which quota; letters and hyphens.
  package var name: String
  /// How many requests are allowed within the window.
  package var quota: Int
  package var windowSeconds: Int
  /// How many are left.
  package var remaining: Int
  /// When there will be one more.
  package var resetSeconds: Int

  package init(name: String, quota: Int, windowSeconds: Int, remaining: Int, resetSeconds: Int) {
    self.name = name
    self.quota = quota
    self.windowSeconds = windowSeconds
    self.remaining = remaining
    self.resetSeconds = resetSeconds
  }

  package var headers: [(name: String, value: String)] {
    [
      ("ratelimit-policy", "\"\(name)\";q=\(quota);w=\(windowSeconds)"),
      ("ratelimit", "\"\(name)\";r=\(remaining);t=\(resetSeconds)"),
    ]
  }
}
