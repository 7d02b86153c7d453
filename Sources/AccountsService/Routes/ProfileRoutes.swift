import AccountsAPI
import Contract
import EventKit
import ServerKit
import StorageKit

/// The account and its profiles. Every profile is looked up under the caller's account: another's is not found.
struct ProfileRoutes: Sendable {
  let database: ServiceDatabase
  let outbox: Outbox
  let idempotency: IdempotencyStore
  let plans: PlanCatalogue
  let bindings: SessionBindings
  let clock: WallClock

  func add(to routes: inout Routes) {
    routes.on(AccountsEndpoints.account) { try account($0) }
    routes.on(AccountsEndpoints.profiles) { try list($0) }
    routes.on(AccountsEndpoints.createProfile) { try await create($0) }
    routes.on(AccountsEndpoints.profile) { try read($0) }
    routes.on(AccountsEndpoints.updateProfile) { try await update($0) }
    routes.on(AccountsEndpoints.deleteProfile) { try await delete($0) }
    routes.on(AccountsEndpoints.profileOwner) { try owner($0) }
  }

  private func account(_ call: Call<Empty, Empty>) throws -> Account {
    let id = try call.request.account()
    guard let account = try database.read({ try AccountStore.account(id, in: $0) }) else {
      throw AccountsError.signedOut
    }
    return account
  }

  private func list(_ call: Call<Empty, Empty>) throws -> Page<Profile> {
    let account = try call.request.account()
    var profiles = try database.read { try ProfileStore.profiles(of: account, in: $0) }
    // No profile is in the path: the gateway names the only one that a kids' session may see.
    if let only = call.request.principal.profile { profiles.removeAll { $0.id != only } }
    return Page(items: profiles, next: nil)
  }

  private func read(_ call: Call<ProfilePath, Empty>) throws -> Profile {
    let account = try call.request.account()
    return try database.read { try ProfileStore.profile(call.parameters.profile, of: account, in: $0) }
  }

  private func owner(_ call: Call<ProfilePath, Empty>) throws -> Profile {
    guard let profile = try database.read({ try ProfileStore.profile(call.parameters.profile, in: $0) }) else {
      throw AccountsError.profileNotFound
    }
    return profile
  }

  private func create(_ call: Call<Empty, NewProfile>) async throws -> Profile {
    let account = try call.request.account()
    let draft = try ProfileDraft(call.body)
    let context = call.request.context
    let now = clock.now()
    let result = try await database.write { db in
      try idempotency.perform(
        key: context.idempotencyKey, scope: "accounts.createProfile \(account)", request: draft.fingerprint, in: db
      ) { db in
        let profile = try insert(draft, of: account, now: now, trace: context.trace, in: db)
        return .init(status: 201, body: try JSON.encode(profile))
      }
    }
    return try JSON.decode(Profile.self, from: result.body)
  }

  private func insert(
    _ draft: ProfileDraft, of account: AccountID, now: Timestamp, trace: TraceContext, in db: SQLSession
  ) throws -> Profile {
    guard let owner = try AccountStore.account(account, in: db) else { throw AccountsError.signedOut }
    let profilesMaximum = plans.entitlements(of: owner.plan).profiles
    guard try ProfileStore.count(of: account, in: db) < profilesMaximum else {
      throw AccountsError.profileLimitReached(maximum: profilesMaximum)
    }
    let taken = Set(try ProfileStore.profiles(of: account, in: db).map(\.avatar))
    let avatar = draft.avatar ?? Avatar.allCases.first { !taken.contains($0) } ?? .fox
    let profile = Profile(
      id: ProfileID(at: now), accountId: account, name: draft.name, avatar: avatar, language: draft.language,
      maturityLimit: draft.maturityLimit, kids: draft.kids, createdAt: now)
    try ProfileStore.insert(profile, nameKey: draft.nameKey, in: db)
    try tell(profile, trace: trace, in: db)
    return profile
  }

  private func update(_ call: Call<ProfilePath, ProfileChange>) async throws -> Profile {
    let account = try call.request.account()
    let now = clock.now()
    return try await database.write { db in
      let present = try ProfileStore.profile(call.parameters.profile, of: account, in: db)
      try requireUnlocked(present, call.request, in: db)
      let draft = try ProfileDraft(present, changedBy: call.body)
      var profile = present
      profile.name = draft.name
      profile.avatar = draft.avatar ?? present.avatar
      profile.language = draft.language
      profile.maturityLimit = draft.maturityLimit
      profile.kids = draft.kids
      guard profile != present else { return present }
      try ProfileStore.update(profile, nameKey: draft.nameKey, in: db)
      if profile.kids != present.kids {
        try bindings.kidsChanged(profile, at: now, trace: call.request.context.trace, in: db)
      }
      try tell(profile, trace: call.request.context.trace, in: db)
      return profile
    }
  }

  private func delete(_ call: Call<ProfilePath, Empty>) async throws -> Empty {
    let account = try call.request.account()
    let profile = call.parameters.profile
    let now = clock.now()
    try await database.write { db in
      let present = try ProfileStore.profile(profile, of: account, in: db)
      try requireUnlocked(present, call.request, in: db)
      try bindings.deleted(present, at: now, trace: call.request.context.trace, in: db)
      try ProfileStore.delete(profile, of: account, in: db)
      try outbox.append(
        ProfileDeleted(profileId: profile, accountId: account), subject: profile.description, in: db,
        trace: call.request.context.trace)
    }
    return Empty()
  }

  /// The gateway has looked already, but a PIN may have been set since.
  private func requireUnlocked(_ profile: Profile, _ request: RequestInfo, in db: SQLSession) throws {
    guard try ProfileLockStore.isUnlocked(profile.id, for: request.principal.loginSession, in: db) else {
      throw AccountsError.profileLocked
    }
  }

  private func tell(_ profile: Profile, trace: TraceContext, in db: SQLSession) throws {
    try outbox.append(
      ProfileChanged(profile), of: profile.accountId, subject: profile.id.description, in: db, trace: trace)
  }
}

extension ProfileChanged {
  init(_ profile: Profile) {
    self.init(
      profileId: profile.id, accountId: profile.accountId, maturityLimit: profile.maturityLimit, kids: profile.kids,
      language: profile.language, hasPin: profile.hasPin, pinVersion: profile.pinVersion)
  }
}
