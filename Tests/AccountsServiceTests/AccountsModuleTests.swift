import AccountsAPI
import ClientKit
import Contract
import Foundation
import SecurityKit
import StorageKit
import TestKit
import Testing

@testable import AccountsService

@Suite struct AccountsModuleTests {
  @Test("What was acknowledged survives: a service on the files as a kill left them knows it all")
  func survivesKill() async throws {
    let home = try TestFolder()
    let copy = try TestFolder()
    var before: (token: String, refreshed: Refreshed, profile: Profile, events: [Event])?
    try await withAccounts(home: home.path) { accounts in
      let signedUp = try await accounts.signUp()
      let vera = try await accounts.principal(signedUp.accessToken)
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: vera)
      let refreshed = try await accounts.refresh(signedUp.refreshToken)
      before = (signedUp.accessToken, refreshed, profile, try await accounts.events())
      // While it runs, as a kill would leave it: the database with its write-ahead log.
      try FileManager.default.copyItem(atPath: "\(home.path)/accounts", toPath: "\(copy.path)/accounts")
    }
    let (token, refreshed, profile, events) = try #require(before)
    try await withAccounts(home: copy.path) { accounts in
      let vera = try await accounts.principal(token)
      #expect(try await accounts.profiles(as: vera) == [profile])
      #expect(try await accounts.events() == events)
      _ = try await accounts.refresh(refreshed.refreshToken)
      _ = try await accounts.logIn()
    }
  }

  @Test("The operator is made at the first start, has that role in the tokens, and is made once")
  func operatorAccount() async throws {
    let home = try TestFolder()
    let file = "\(home.path)/operator.json"
    try Data(
      #"{"email":"operator@matinee.example","password":"an operator's passphrase","displayName":"Op","country":"DE"}"#
        .utf8
    ).write(to: URL(filePath: file))
    let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_OPERATOR_FILE": file]) { $1 }
    for _ in 0..<2 {
      try await withAccounts(settings, home: home.path) { accounts in
        let loggedIn = try await accounts.logIn("operator@matinee.example", password: "an operator's passphrase")
        #expect(try await accounts.principal(loggedIn.accessToken).role == .operator)
        #expect(loggedIn.account.role == .operator)
        #expect(try await accounts.events().filter { $0.header.type == AccountCreated.type }.count == 1)
      }
    }
  }

  @Test(
    "The operator file makes no operator of a viewer who has proved its address; one who only claims it loses it",
    arguments: [true, false])
  func noPromotion(isProved: Bool) async throws {
    let home = try TestFolder()
    try await withAccounts(home: home.path) { accounts in
      _ = isProved ? try await accounts.verified() : try await accounts.signUp()
    }
    let file = "\(home.path)/operator.json"
    try Data(
      #"{"email":"VERA@matinee.example","password":"an operator's passphrase","displayName":"Op","country":"DE"}"#.utf8
    ).write(to: URL(filePath: file))
    let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_OPERATOR_FILE": file]) { $1 }
    try await withAccounts(settings, home: home.path) { accounts in
      let password = isProved ? AccountsDriver.password : "an operator's passphrase"
      let account = try await accounts.logIn(password: password).account
      #expect(account.role == (isProved ? .viewer : .operator))
    }
  }

  @Test("An operator file that is missing, malformed or has a weak password stops the start and says why", arguments: [
    nil, "{", #"{"email":"o@m.example","password":"password","displayName":"Op","country":"DE"}"#,
    #"{"email":"o@m.example","password":"an operator's passphrase","displayName":"Op"}"#,
  ])
  func badOperatorFile(content: String?) async throws {
    let home = try TestFolder()
    let file = "\(home.path)/operator.json"
    if let content { try Data(content.utf8).write(to: URL(filePath: file)) }
    let settings = AccountsDriver.quickHashes.merging(["ACCOUNTS_OPERATOR_FILE": file]) { $1 }
    await #expect(throws: OperatorFileError.self) {
      try await TestService.start(AccountsModule.self, settings: settings, home: home.path)
    }
  }

  @Test("The keys are files for their owner alone; a second signing key signs, once announced, and the first verifies")
  func keys() async throws {
    let home = try TestFolder()
    let folder = "\(home.path)/accounts/keys"
    var old = ""
    try await withAccounts(home: home.path) { accounts in
      old = try await accounts.signUp().accessToken
      for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
        let attributes = try FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
        #expect(attributes[.posixPermissions] as? Int == 0o600)
      }
    }
    let seed = "\(folder)/signing-2.key"
    try Data((0..<32).map { _ in UInt8.random(in: 0...255) }).write(to: URL(filePath: seed))
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: seed)
    try await withAccounts(home: home.path) { accounts in
      let set = try await accounts.service.transport.call(AccountsEndpoints.jwks, in: accounts.context())
      #expect(set.keys.count == 2)
      _ = try await accounts.principal(old)
      accounts.time.advance(seconds: 301)
      let new = try await accounts.logIn().accessToken
      _ = try await accounts.principal(new)
      #expect(new.split(separator: ".")[0] != old.split(separator: ".")[0])
    }
  }

  @Test("The snapshot has every account, every profile, and the log-in sessions whose tokens may still be alive")
  func snapshot() async throws {
    try await withAccounts { accounts in
      let vera = try await accounts.newcomer("vera@matinee.example")
      let profile = try await accounts.createProfile(NewProfile(name: "Vera"), as: vera)
      for _ in 0..<2 {
        accounts.time.advance(seconds: 400)
        let session = try await accounts.logIn()
        _ = try await accounts.service.transport.call(
          AccountsEndpoints.logOut, LoginSessionPath(session: session.id), in: accounts.context(vera))
      }
      let answer = try await accounts.service.transport.send(
        TransportRequest(method: .get, target: "/internal/snapshot", context: accounts.context(.service("test"))))
      let lines = try answer.body.split(separator: UInt8(ascii: "\n")).map {
        try JSON.decode(AccountsSnapshotLine.self, from: Array($0))
      }
      #expect(lines.compactMap(\.account).map(\.accountId) == [vera.account])
      #expect(lines.compactMap(\.profile).map(\.profileId) == [profile.id])
      #expect(lines.compactMap(\.endedLoginSession).count == 1)
      #expect(lines.count == 3)
    }
  }

  @Test("What has expired is deleted, what has not stays")
  func upkeep() async throws {
    let folder = try TestFolder()
    let database = try openDatabase("\(folder.path)/accounts.db")
    let time = MovableTime()
    try await database.write { db in
      try db.execute(
        """
        INSERT INTO account (id, email, email_key, password_hash, display_name, country, plan, role, created_at)
        VALUES (?, 'v', 'v', '$argon2id$', 'V', 'DE', 'basic', 'viewer', 0)
        """, AccountID(seed: "a"))
      for (number, seconds) in [(1, 10.0), (2, 1000)] {
        let account = AccountID(seed: "change \(number)")
        try db.execute(
          """
          INSERT INTO account (id, email, email_key, password_hash, display_name, country, plan, role, created_at)
          VALUES (?, 'w', 'w', '$argon2id$', 'W', 'DE', 'basic', 'viewer', 0)
          """, account)
        let token = LinkToken(of: MailID(seed: "\(number)"), key: HMACKey([1]))
        let expires = time.clock.now().adding(seconds: seconds)
        try LinkStore.put(
          token, StoredLink(purpose: .verification, account: account, emailKey: "w"), expires: expires, in: db)
        let wish = PendingAddress(address: EmailAddress(stored: "x", key: "x"), isProved: false, isAgreed: false)
        try AddressStore.putPending(wish, of: account, expires: expires, in: db)
      }
      for number in 0..<1200 {
        let token = RefreshToken(first: LoginSessionID(seed: "\(number)"), secret: [UInt8](repeating: 1, count: 32))
        try LoginSessionStore.insert(
          token, account: AccountID(seed: "a"), device: Device(name: "Sofa", kind: .tv), network: "",
          now: time.clock.now(), expires: time.clock.now().adding(seconds: number < 1100 ? 10 : 1000), in: db)
      }
    }
    time.advance(seconds: 100)
    let signingKeys = try await SigningKeys(
      folder: folder.path, database: database, announceSeconds: 300, clock: time.clock)
    let upkeep = AccountsUpkeep(
      database: database, idempotency: IdempotencyStore(clock: time.clock), signingKeys: signingKeys, clock: time.clock)
    try await upkeep.sweep()
    #expect(try database.read { try $0.first("SELECT COUNT(*) FROM login_session") { $0.int(0) } } == 100)
    #expect(try database.read { try $0.first("SELECT COUNT(*) FROM link") { $0.int(0) } } == 1)
    #expect(try database.read { try $0.first("SELECT COUNT(*) FROM address_change") { $0.int(0) } } == 1)
    database.close()
  }

  @Test("The schema is the golden one: a change to it is a new migration and a new golden file")
  func goldenSchema() async throws {
    let folder = try TestFolder()
    let database = try openDatabase("\(folder.path)/accounts.db")
    defer { database.close() }
    try Golden.schema(database.schemaText(), of: "accounts")
  }
}

func openDatabase(_ path: String) throws -> ServiceDatabase {
  try ServiceDatabase(path: path, migrations: AccountsSchema.migrations)
}
