package import Contract
import PlaybackAPI
package import ServerKit

extension RequestInfo {
  /// The viewer, where the path's profile is the one the gateway has checked. Without a maturity limit only what
  /// suits everyone is shown, without a territory only what is for everywhere. Throws 401 without an account, 404 for a
  /// profile that is not the caller's.
  package func viewer(of profile: ProfileID) throws(Problem) -> PlaybackViewer {
    let account = try account()
    try requireProfile(profile)
    return PlaybackViewer(
      account: account, profile: profile, loginSession: principal.loginSession,
      maturityLimit: principal.maturityLimit ?? .all, place: principal.place)
  }
}

extension RawCall {
  /// The session the path names. Text that is no session's id names none.
  package func session() throws(PlaybackError) -> PlaybackSessionID {
    guard let text = parameters.first(where: { $0.name == "session" })?.value, let id = PlaybackSessionID(text) else {
      throw .sessionNotFound
    }
    return id
  }

  /// Throws 415 for a body of another kind, and 400 for a query, since the route has no parameters but its path's.
  package func requirePlainJSON() throws(Problem) {
    guard !request.target.utf8.contains(UInt8(ascii: "?")) else {
      throw .badRequest("This request takes no query.")
    }
    let type = request.header("content-type") ?? ""
    if type == "application/json" { return }
    let essence = type.prefix { $0 != ";" }.lowercased().filter { $0 != " " && $0 != "\t" }
    guard essence == "application/json" else {
      throw Problem(
        "unsupported-media-type", status: 415, title: "Another content type is needed",
        detail: "The body must be sent as application/json.")
    }
  }
}
