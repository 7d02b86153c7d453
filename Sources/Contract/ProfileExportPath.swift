/// Whose data is asked for by an export: each service that keeps some of a profile answers it.
package struct ProfileExportPath: Codable, Sendable {
  package var account: AccountID
  package var profile: ProfileID

  package init(account: AccountID, profile: ProfileID) {
    self.account = account
    self.profile = profile
  }
}
