import AccountsAPI
import Contract
import PlaybackAPI
import SecurityKit

/// What a log-in session that is bound to a kids' profile may do: watch as that profile, and go to another one if it
/// can show that it may. Whatever is not named here is refused, so that a new route is closed until somebody opens it.
enum KidsRule {
  /// Routes that name no profile. Services behind them show that one profile alone.
  private static let granted: Set<String> = [
    AccountsEndpoints.profiles.name, ProfileBindingEndpoints.bindProfile.name, PlaybackEndpoints.heartbeat.name,
    PlaybackEndpoints.stop.name, "delivery.media", "delivery.mediaHead", "delivery.artwork",
  ]

  /// Routes of the profile itself that are its parents' business.
  private static let refused: Set<String> = [
    AccountsEndpoints.updateProfile.name, AccountsEndpoints.deleteProfile.name, ProfileLockEndpoints.setPIN.name,
    ProfileLockEndpoints.removePIN.name,
  ]

  /// The only profile that may be seen at `endpoint`; nil where the session is not a kids' profile's. Throws a problem
  /// 403 where the endpoint is not for kids.
  static func onlyProfile(
    _ binding: ProfileBinding, at endpoint: any EndpointDescription
  ) throws -> ProfileID? {
    guard binding.kids else { return nil }
    let isOfProfile = endpoint.path.parameterNames.contains("profile")
    let isGranted = isOfProfile ? !refused.contains(endpoint.name) : granted.contains(endpoint.name)
    guard isGranted, let profile = binding.profile else { throw Problem.kidsProfile }
    return profile
  }
}
