import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// Who is signed in, over real processes and by libraries that are not ours.
  @Suite struct SignInTests {
    @Test(
      "PyJWT verifies our tokens by the key set at the gateway before, during and after a rotation; none is signed out",
      .enabled(if: PyJWT.isPresent, "needs a python3 with PyJWT: run deploy/test"), .timeLimit(.minutes(2)))
    func rotation() async throws {
      let stack = try await RunningStack.start(environment: ["MATINEE_ACCOUNTS_KEY_ANNOUNCE_SECONDS": "2"])
      defer { stack.stop() }
      let guest = PublicClient(address: stack.address)
      let signedUp = try await guest.post(
        "/v1/accounts",
        json: #"{"email":"vera@example.test","password":"a viewer for tests only","displayName":"Vera","#
          + #""country":"DE","plan":"premium"}"#)
      let account = try #require(signedUp.json["account"]["id"].text)
      let old = try #require(signedUp.json["accessToken"].text)
      let before = try await PyJWT.verify(old, at: stack.address)
      #expect(before.account == account)

      #expect(try await stack.command("accounts", "rotate-keys") == 0)
      #expect(try await PyJWT.verify(old, at: stack.address) == before)
      // Refused while the new key does not sign yet.
      #expect(try await stack.command("accounts", "rotate-keys") != 0)

      var refreshToken = try #require(signedUp.json["refreshToken"].text)
      var new = old
      try await eventually(within: .seconds(10)) {
        let refreshed = try await guest.post("/v1/sessions/refresh", json: #"{"refreshToken":"\#(refreshToken)"}"#)
        refreshToken = try #require(refreshed.json["refreshToken"].text)
        new = try #require(refreshed.json["accessToken"].text)
        return try await PyJWT.verify(new, at: stack.address).key != before.key
      }
      #expect(try await PyJWT.verify(new, at: stack.address).account == account)
      #expect(try await PyJWT.verify(old, at: stack.address) == before)
      for token in [old, new] {
        let client = PublicClient(address: stack.address, accessToken: token)
        #expect(try await client.get("/v1/account").status == 200)
      }
      await #expect(throws: (any Error).self) {
        try await PyJWT.verify(new.replacing(".", with: "A.", maxReplacements: 1), at: stack.address)
      }
    }

    @Test("A device signed out is refused within 5 s: while the bus is down, and by a gateway that was down then")
    func revocation() async throws {
      let stack = try await RunningStack.start()
      defer { stack.stop() }
      let viewer = try await Viewer.signUp(at: stack.address)
      func signedIn() async throws -> (client: PublicClient, session: String) {
        let answer = try await PublicClient(address: stack.address).post(
          "/v1/sessions",
          json: #"{"email":"\#(viewer.email)","password":"\#(viewer.password)","#
            + #""device":{"name":"phone","kind":"phone"}}"#)
        let client = PublicClient(address: stack.address, accessToken: answer.json["accessToken"].text)
        #expect(try await client.get("/v1/account").status == 200)
        return (client, try #require(answer.json["id"].text))
      }
      func refused(_ client: PublicClient) async throws {
        try await eventually(within: .seconds(5)) {
          (try? await client.get("/v1/account").status) == 401
        }
      }
      func signOut(_ session: String) async throws {
        #expect(try await viewer.client.send(.delete, "/v1/sessions/\(session)").status == 204)
      }

      let first = try await signedIn()
      try await signOut(first.session)
      try await refused(first.client)

      // The bus is dead: the gateway asks accounts itself.
      let second = try await signedIn()
      try await stack.kill("bus")
      try await signOut(second.session)
      try await refused(second.client)

      // The gateway's own views are gone: what ended is in the snapshot.
      let third = try await signedIn()
      try await signOut(third.session)
      try await stack.kill("gateway")
      try stack.launch("bus")
      try stack.launch("gateway")
      try await stack.waitUntilReady("gateway")
      try await refused(third.client)
      #expect(try await viewer.client.get("/v1/account").status == 200)

      // All is well again.
      try await stack.waitUntilReady("bus")
      let fourth = try await signedIn()
      try await signOut(fourth.session)
      try await refused(fourth.client)
    }

    @Test(
      "A television that shows a code is let in, or turned away, by its viewer on the page",
      .enabled(if: Browser.isAvailable, "needs chromium and the browser driver: run deploy/test"),
      .timeLimit(.minutes(2)), arguments: ["yes", "no"])
    func television(answer: String) async throws {
      let stack = try await SharedStack.instance.stack()
      let viewer = try await Viewer.signUp(at: stack.address)
      let television = PublicClient(address: stack.address)
      let codes = try await television.post(
        "/v1/device-codes", json: #"{"device":{"name":"Living room","kind":"tv"}}"#)
      let device = try #require(codes.json["deviceCode"].text)
      let page = try #require(codes.json["verificationUriComplete"].text)
      func ask() async throws -> PublicClient.Answer {
        try await television.post("/v1/device-codes/token", json: #"{"deviceCode":"\#(device)"}"#)
      }
      #expect(page.hasPrefix(stack.address))
      #expect(try await ask().json["error"].text == "authorization_pending")
      let seen = try await Browser.run("device.py", [page, viewer.email, viewer.password, answer])
      #expect(seen["asked"].text?.contains("The television “Living room”") == true, "\(seen)")
      #expect(seen["asked"].text?.contains("127.0.0.0/24") == true, "\(seen)")
      #expect(seen["errors"].items.isEmpty, "\(seen)")
      let result = try await ask()
      if answer == "yes" {
        #expect(seen["said"].text == "It is signed in.")
        let client = PublicClient(address: stack.address, accessToken: result.json["accessToken"].text)
        #expect(try await client.get("/v1/account").json["email"].text == viewer.email)
      } else {
        #expect(seen["said"].text == "It was turned away.")
        #expect(result.json["error"].text == "access_denied")
      }
    }

    @Test("An operator made by the command line does an act, which is in the log; touching the log is found")
    func operatorActs() async throws {
      let stack = try await RunningStack.start()
      defer { stack.stop() }
      let file = stack.home + "/password"
      try Data("an operator of the machine\n".utf8).write(to: URL(filePath: file))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
      #expect(
        try await stack.command(
          "accounts", "create-operator", "--email", "ada@example.test", "--name", "Ada", "--password-file", file) == 0)
      let ada = try await Viewer.logIn(
        at: stack.address, email: "ada@example.test", password: "an operator of the machine")
      let made = try await ada.post(
        "/v1/studio/titles",
        json: #"{"name":"An Act","year":2026,"maturity":"all","genres":["test"],"synopsis":"Made for a test."}"#)
      #expect(made.status == 201)
      let log = try await ada.get("/v1/studio/audit?service=catalog")
      #expect(log.json["items"].items.map { $0["act"].text } == ["catalog.createTitle", "catalog.createTitle"])
      #expect(log.json["items"][0]["status"].number == 201)
      for query in ["", "?service=gateway", "?service=catalog&service=bus", "?service=catalog&limit=0"] {
        #expect(try await ada.get("/v1/studio/audit\(query)").status == 422, "\(query)")
      }
      let viewer = try await Viewer.signUp(at: stack.address)
      #expect(try await viewer.client.get("/v1/studio/audit?service=catalog").status == 403)

      #expect(try await stack.command("audit", "verify") == 0)
      try await Shell.run([
        "python3", "-c",
        """
        import sqlite3, sys
        db = sqlite3.connect(sys.argv[1], timeout=10)
        db.execute("DROP TRIGGER audit_entry_stands")
        db.execute("UPDATE audit_entry SET actor = 'nobody' WHERE seq = 1")
        db.commit()
        """, stack.home + "/catalog/audit.db",
      ])
      #expect(try await stack.command("audit", "verify", "accounts") == 0)
      #expect(try await stack.command("audit", "verify") == 1)
    }
  }
}

/// A library for JSON Web Tokens that shares no code with ours.
private enum PyJWT {
  struct Verified: Equatable {
    let account: String
    let key: String
  }

  static let isPresent: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", "import jwt.algorithms; jwt.algorithms.OKPAlgorithm"]
    process.standardError = FileHandle.nullDevice
    try? process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// What a resource server in Python would do with the token; throws where that refuses it.
  static func verify(_ token: String, at gateway: String) async throws -> Verified {
    let result = try await Shell.run([
      "python3", "-W", "ignore", "-c",
      """
      import sys, jwt
      key = jwt.PyJWKClient(sys.argv[1]).get_signing_key_from_jwt(sys.argv[2])
      claims = jwt.decode(sys.argv[2], key, algorithms=["EdDSA"], audience="matinee-api", issuer="matinee-accounts",
                          options={"require": ["exp", "iat", "sub", "aud", "iss"]})
      print(claims["sub"], jwt.get_unverified_header(sys.argv[2])["kid"])
      """, "\(gateway)/.well-known/jwks.json", token,
    ])
    let words = result.output.split(whereSeparator: \.isWhitespace).map(String.init)
    guard result.status == 0, words.count == 2 else { throw ShellError.failed(["PyJWT"], result.output) }
    return Verified(account: words[0], key: words[1])
  }
}
