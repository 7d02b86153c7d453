package import Contract
import PlaybackAPI
package import ServerKit

extension RequestInfo {
  /// The viewer, where the path's profile is the one the gateway has checked. Without a maturity limit only what
  /// suits everyone is shown. Throws 401 without an account, 404 for a profile that is not the caller's.
  package func viewer(of profile: ProfileID) throws(Problem) -> PlaybackViewer {
    let account = try account()
    try requireProfile(profile)
    return PlaybackViewer(
      account: account, profile: profile, loginSession: principal.loginSession,
      maturityLimit: principal.maturityLimit ?? .all)
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
}
