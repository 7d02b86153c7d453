import AccountsAPI
import Contract
import PlaybackAPI
import RecommendationsAPI

/// Everything that all services keep of an account, as one document. A part that cannot be had is a 503 and never a
/// gap: who takes their data away could not tell.
struct AccountDocument: Sendable {
  let accounts: any Transport
  let playback: any Transport
  let recommendations: any Transport
  let clock: WallClock

  func json(of account: AccountID, in context: CallContext) async throws -> [UInt8] {
    // On the gateway's own behalf: the account's profiles are all of them its, whichever the caller acts for.
    let own = CallContext(principal: .service("gateway"), deadline: context.deadline, trace: context.trace)
    let kept = try await part(of: "accounts") {
      try await accounts.call(ErasureEndpoints.export, AccountPath(account: account), in: own)
    }
    var profiles: [Document.ProfileData] = []
    // One after the other: an export is rare, and shall not crowd out those who watch.
    for profile in kept.profiles {
      let path = ProfileExportPath(account: account, profile: profile.id)
      let viewing = try await part(of: "playback") {
        try await playback.call(PlaybackExportEndpoints.export, path, in: own)
      }
      let learned = try await part(of: "recommendations") {
        try await recommendations.call(RecommendationsExportEndpoints.export, path, in: own)
      }
      profiles.append(Document.ProfileData(profile: profile, viewing: viewing, recommendations: learned))
    }
    return try JSON.encode(
      Document(
        exportedAt: clock.now(), account: kept.account, loginSessions: kept.loginSessions, profiles: profiles))
  }

  private func part<Part>(of service: String, _ ask: () async throws -> Part) async throws -> Part {
    do {
      return try await ask()
    } catch let error as any ProblemConvertible {
      // The account is no more, or not the caller's: that is no fault of the service.
      if (400..<500).contains(error.problem.status), service == "accounts" { throw error.problem }
      throw Problem.unavailable("The export needs \(service), which cannot be read now.")
    }
  }

  private struct Document: Encodable {
    struct ProfileData: Encodable {
      var profile: Profile
      var viewing: PlaybackExport
      var recommendations: RecommendationsExport
    }

    var exportedAt: Timestamp
    var account: Account
    var loginSessions: [LoginSession]
    var profiles: [ProfileData]
  }
}
