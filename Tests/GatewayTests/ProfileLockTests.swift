import AccountsAPI
import Contract
import Synchronization
import TestKit
import Testing

@testable import Gateway

@Suite struct ProfileLockTests {
  private let profile = "/v1/profiles/\(Sample.profile)"

  /// Each path that names the profile, with a method that it has.
  private var routes: [(HTTPMethod, String)] {
    [
      (.get, "\(profile)/home"), (.get, "\(profile)/rows/x"), (.get, "\(profile)/titles/\(TitleID(seed: "t"))"),
      (.get, "\(profile)/search?q=x"), (.get, "\(profile)/history"), (.post, "\(profile)/playback-sessions"),
      (.patch, profile), (.delete, profile),
    ]
  }

  @Test("A locked profile answers its name and its lock, and nothing else, until the session has unlocked it")
  func locked() async throws {
    let door = try ProfileDoor()
    try door.setPIN(on: Sample.profile)
    try await door.open { client, forwarded in
      for (method, path) in routes {
        let answer = try await client.send(method, path)
        #expect(answer.status == 403 && answer.json["type"].text == "/problems/profile-locked", "\(method) \(path)")
      }
      #expect(forwarded().isEmpty)
      #expect(try await client.get(profile).status == 200)
      for (method, path) in [(HTTPMethod.put, "pin"), (.delete, "pin"), (.post, "unlock")] {
        #expect(try await client.send(method, "\(profile)/\(path)").status == 200, "\(path)")
      }
      #expect(forwarded().count == 4)
      // A sibling is not concerned.
      #expect(try await client.get("/v1/profiles/\(ProfileDoor.kids)/history").status == 200)

      door.state.withLock { _ = $0.unlocked.insert(ProfileDoor.session) }
      #expect(try await client.get("\(profile)/history").status == 200)
      #expect(try await client.get("\(profile)/home").status == 200)
      // What was unlocked is known while accounts is away.
      door.state.withLock { $0.isAway = true }
      #expect(try await client.get("\(profile)/history").status == 200)
    }
  }

  @Test("Another PIN locks again what was unlocked, as soon as its event is here")
  func anotherPIN() async throws {
    let door = try ProfileDoor()
    try await door.open { (client: PublicClient, _: ProfileDoor.Forwarded) async throws in
      #expect(try await client.get("\(profile)/history").status == 200)
      try door.setPIN(on: Sample.profile)
      try await eventually { try await client.get("\(profile)/history").status == 403 }
      door.state.withLock { _ = $0.unlocked.insert(ProfileDoor.session) }
      #expect(try await client.get("\(profile)/history").status == 200)
      try door.setPIN(on: Sample.profile)
      try await eventually { try await client.get("\(profile)/history").status == 403 }
    }
  }

  @Test("A PIN that is set by way of this gateway holds at once, before its event")
  func atOnce() async throws {
    let door = try ProfileDoor()
    try await door.open { (client: PublicClient, _: ProfileDoor.Forwarded) async throws in
      #expect(try await client.get("\(profile)/history").status == 200)
      try door.setPIN(on: Sample.profile, isTold: false)
      #expect(try await client.send(.put, "\(profile)/pin").status == 200)
      #expect(try await client.get("\(profile)/history").status == 403)
    }
  }

  @Test("An event from before the PIN does not undo it; one that tells of no PIN has accounts asked")
  func order() async throws {
    let asked = Asked()
    let directory = ProfileDirectory(limit: 10) { profile, _ in
      asked.count()
      return Profile(
        id: profile, accountId: Sample.account, name: "Vera", language: "en", maturityLimit: .all, kids: false,
        hasPin: true, pinVersion: 2, createdAt: Timestamp(milliseconds: 0))
    }
    let context = CallContext.test(.service("gateway"))
    #expect(try await directory.require(Sample.profile, of: Sample.account, in: context).hasPin)
    func hear(_ hasPin: Bool?, _ version: Int?) throws {
      let body = ProfileChanged(
        profileId: Sample.profile, accountId: Sample.account, maturityLimit: .seven, kids: false, language: "en",
        hasPin: hasPin, pinVersion: version)
      let now = Timestamp(milliseconds: 1)
      let header = EventHeader(
        id: EventID(at: now), source: "/accounts", type: ProfileChanged.type, subject: "x", time: now, seq: 1,
        epoch: "e", traceparent: nil)
      try directory.apply(Event(header: header, data: JSON.encode(body)))
    }
    try hear(false, 1)
    var entry = try await directory.require(Sample.profile, of: Sample.account, in: context)
    #expect(entry.hasPin && entry.pinVersion == 2 && entry.maturityLimit == .seven)
    try hear(false, 3)
    entry = try await directory.require(Sample.profile, of: Sample.account, in: context)
    #expect(!entry.hasPin && entry.pinVersion == 3)
    #expect(asked.value == 1)
    try hear(nil, nil)
    #expect(try await directory.require(Sample.profile, of: Sample.account, in: context).pinVersion == 2)
    #expect(asked.value == 2)
  }

  @Test("Every avatar has its picture on the page")
  func avatars() async throws {
    try await ProfileDoor().open { client, _ in
      for avatar in Avatar.allCases {
        let answer = try await client.get("/avatars/\(avatar.rawValue).svg")
        #expect(answer.status == 200 && answer.header("content-type") == "image/svg+xml", "\(avatar)")
      }
      #expect(try await client.get("/avatars/nobody.svg").status == 404)
    }
  }
}

private final class Asked: Sendable {
  private let number = Mutex(0)
  var value: Int { number.withLock { $0 } }
  func count() { number.withLock { $0 += 1 } }
}
