import Contract
import Foundation
import Testing

@testable import SecurityKit

/// Our tokens against joserfc, an implementation of JOSE that shares no code with ours.
@Suite(.enabled(if: Joserfc.isPresent, "needs a python3 with joserfc: pip install joserfc"))
struct ForeignLibraryTests {
  private let claims = AccessClaims(
    account: AccountID(seed: "a"), loginSession: LoginSessionID(seed: "s"), role: .operator,
    issuedAt: Timestamp(milliseconds: 1_800_000_000_000), expiresAt: Timestamp(milliseconds: 1_800_000_300_000))

  @Test("joserfc verifies a token of ours with our published key, and refuses it once altered")
  func oursVerified() throws {
    let key = try #require(SigningKey(seed: Sodium.randomBytes(32)))
    let jwk = #"{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","kid":"\#(key.verifyingKey.keyID)","#
      + #""x":"\#(key.verifyingKey.x)"}"#
    let token = AccessToken.mint(claims, key: key)
    let answer = try Joserfc.run(
      """
      import sys, json
      from joserfc import jwt
      from joserfc.jwk import KeySet
      keys = KeySet.import_key_set({"keys": [json.loads(sys.argv[1])]})
      token = jwt.decode(sys.argv[2], keys, algorithms=["EdDSA"])
      print(keys.keys[0].thumbprint(), token.header["typ"], token.claims["sub"], token.claims["sid"],
            token.claims["role"], token.claims["exp"] - token.claims["iat"])
      """, jwk, token)
    #expect(answer == "\(key.verifyingKey.keyID) at+jwt \(claims.account) \(claims.loginSession) operator 300")
    let altered = token.replacing(".", with: "A.", maxReplacements: 1)
    #expect(throws: (any Error).self) {
      try Joserfc.run(
        """
        import sys, json
        from joserfc import jwt
        from joserfc.jwk import KeySet
        jwt.decode(sys.argv[2], KeySet.import_key_set({"keys": [json.loads(sys.argv[1])]}), algorithms=["EdDSA"])
        """, jwk, altered)
    }
  }

  @Test("We verify a token that joserfc signed, with its own order of members")
  func theirsVerified() throws {
    let answer = try Joserfc.run(
      """
      import sys
      from joserfc import jwt
      from joserfc.jwk import OKPKey
      key = OKPKey.generate_key("Ed25519", private=True)
      claims = {"role": "operator", "exp": 1800000300, "iat": 1800000000, "sid": sys.argv[2], "sub": sys.argv[1],
                "aud": "matinee-api", "iss": "matinee-accounts"}
      print(key.as_dict(private=False)["x"], key.thumbprint(),
            jwt.encode({"typ": "at+jwt", "kid": key.thumbprint(), "alg": "EdDSA"}, claims, key, algorithms=["EdDSA"]))
      """, claims.account.description, claims.loginSession.description
    ).split(separator: " ").map(String.init)
    try #require(answer.count == 3)
    let key = try #require(VerifyingKey(x: answer[0]))
    #expect(key.keyID == answer[1])
    #expect(try AccessToken.verify(answer[2], keys: VerifyingKeys([key]), now: claims.issuedAt) == claims)
  }
}

private enum Joserfc {
  static let isPresent = (try? run("import joserfc")) != nil

  struct Failed: Error { let status: Int32 }

  /// The script's output, trimmed.
  @discardableResult
  static func run(_ script: String, _ arguments: String...) throws -> String {
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-W", "ignore", "-c", script] + arguments
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw Failed(status: process.terminationStatus) }
    return text.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
