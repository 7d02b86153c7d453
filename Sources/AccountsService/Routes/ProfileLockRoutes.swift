import AccountsAPI
import Contract
import ServerKit
import StorageKit

/// Setting, taking away and entering a profile's PIN.
struct ProfileLockRoutes: Sendable {
  let database: ServiceDatabase
  let locks: ProfileLocks

  func add(to routes: inout Routes) {
    routes.on(ProfileLockEndpoints.setPIN) { call in
      try await locks.set(call.body, on: call.parameters.profile, by: ProfileLocks.Caller(call.request))
      return Empty()
    }
    routes.on(ProfileLockEndpoints.removePIN) { call in
      try await locks.remove(call.body, from: call.parameters.profile, by: ProfileLocks.Caller(call.request))
      return Empty()
    }
    routes.on(ProfileLockEndpoints.unlock) { call in
      try await locks.unlock(call.body, call.parameters.profile, by: ProfileLocks.Caller(call.request))
      return Empty()
    }
    routes.on(ProfileLockEndpoints.lockState) { call in
      try database.read { db in
        guard let profile = try ProfileStore.profile(call.parameters.profile, in: db) else {
          throw AccountsError.profileNotFound
        }
        return LockState(
          isUnlocked: try ProfileLockStore.isUnlocked(profile.id, for: call.parameters.session, in: db),
          pinVersion: profile.pinVersion)
      }
    }
  }
}
