import ConfigKit

struct GatewaySettings: Sendable {
  /// Profiles whose pages' parts, ownership and marks are kept in memory.
  let cachedProfiles: Int
  /// Seconds a kept answer serves without being asked for again, events or not.
  let freshSeconds: Int
  /// Seconds an outdated answer may stand in for a service that does not answer.
  let staleSeconds: Int
  /// Milliseconds a composed page waits for one of its parts.
  let partDeadlineMilliseconds: Int
  /// Calls at once to one service, and as many again that wait: peak rate × tolerable latency (Little's law); here
  /// some 3,000 heartbeats a second × 80 ms.
  let callsPerUpstream: Int
  /// Milliseconds for which a service that mostly fails is left in peace.
  let breakerOpenMilliseconds: Int
  /// Titles in a row that the gateway makes itself when recommendations is down, and in a page of search.
  let rowTitles: Int
  /// Verified access tokens kept in memory.
  let cachedTokens: Int
  /// Seconds until an upload must have been answered.
  let uploadDeadlineSeconds: Int
  /// Proxies in front of the gateway, each of which adds the address it was called from to `x-forwarded-for`: so many
  /// entries are believed, from the last one on.
  let trustedProxies: Int

  init(_ reader: SettingsReader) throws {
    cachedProfiles = try reader.integer("GATEWAY_CACHED_PROFILES", default: 10_000, in: 10...1_000_000)
    freshSeconds = try reader.integer("GATEWAY_FRESH_SECONDS", default: 60, in: 1...3600)
    staleSeconds = try reader.integer("GATEWAY_STALE_SECONDS", default: 3600, in: 0...86_400)
    partDeadlineMilliseconds = try reader.integer("GATEWAY_PART_DEADLINE_MS", default: 200, in: 10...10_000)
    callsPerUpstream = try reader.integer("GATEWAY_CALLS_PER_UPSTREAM", default: 256, in: 1...10_000)
    // Less than the 5 s in which a stack must be whole again after a restart.
    breakerOpenMilliseconds = try reader.integer("GATEWAY_BREAKER_OPEN_MS", default: 3000, in: 10...60_000)
    rowTitles = try reader.integer("GATEWAY_ROW_TITLES", default: 20, in: 1...100)
    cachedTokens = try reader.integer("GATEWAY_CACHED_TOKENS", default: 20_000, in: 10...1_000_000)
    uploadDeadlineSeconds = try reader.integer("GATEWAY_UPLOAD_DEADLINE_SECONDS", default: 14_400, in: 1...86_400)
    trustedProxies = try reader.integer("GATEWAY_TRUSTED_PROXIES", default: 0, in: 0...8)
  }
}
