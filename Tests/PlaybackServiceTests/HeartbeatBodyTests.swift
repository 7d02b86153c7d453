import Contract
import PlaybackAPI
import PlaybackService
import Testing

@Suite("The bodies of heartbeats")
struct HeartbeatBodyTests {
  @Test(
    "The quick reader agrees with the strict decoder, refusals included",
    arguments: [
      #"{"positionSeconds":12.5,"state":"playing"}"#,
      #"{"state":"paused","positionSeconds":0}"#,
      #" { "positionSeconds" : 3600.123456 , "state" : "ended" , "cmcd" : "bl=21300,bs" } "#,
      #"{"positionSeconds":5.339999999999999,"state":"playing"}"#,
      #"{"positionSeconds":0.1,"state":"buffering","cmcd":null}"#,
      #"{"positionSeconds":1e3,"state":"playing"}"#,
      #"{"positionSeconds":-1,"state":"playing"}"#,
      #"{"positionSeconds":01,"state":"playing"}"#,
      #"{"positionSeconds":1.,"state":"playing"}"#,
      #"{"positionSeconds":.5,"state":"playing"}"#,
      #"{"positionSeconds":1e999,"state":"playing"}"#,
      #"{"positionSeconds":NaN,"state":"playing"}"#,
      #"{"positionSeconds":"12","state":"playing"}"#,
      #"{"positionSeconds":1,"state":"flying"}"#,
      #"{"positionSeconds":1,"state":"playing","extra":1}"#,
      #"{"positionSeconds":1,"positionSeconds":2,"state":"playing"}"#,
      #"{"positionSeconds":1}"#,
      #"{"state":"playing"}"#,
      #"{"positionSeconds":1,"state":"playing"}x"#,
      #"{"positionSeconds":1,"state":"playing","#,
      #"{"positionSeconds":1,"state":"play\u0069ng"}"#,
      #"{"positionSeconds":1,"state":"playing","cmcd":"ä\n"}"#,
      #"{"positionSeconds":999999999999,"state":"playing"}"#,
      "[]", "", "{}", "{,}", "null", "{\"positionSeconds\":",
    ])
  func agrees(_ text: String) {
    let quick = Result { try HeartbeatReader.read(Array(text.utf8)) }.mapError { $0 as? Problem }
    let strict = Result { try JSON.decodeStrictly(Heartbeat.self, from: Array(text.utf8)) }.mapError { $0 as? Problem }
    switch (quick, strict) {
    case (.success(let one), .success(let other)):
      #expect(one.positionSeconds == other.positionSeconds)
      #expect(one.state == other.state)
      #expect(one.cmcd == other.cmcd)
    case (.failure(let one), .failure(let other)): #expect(one == other)
    default: Issue.record("one reads what the other refuses: \(text)")
    }
  }

  @Test("The quick reader gives the very number the decoder gives")
  func numbers() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2000 {
      let decimals = Int.random(in: 0...8, using: &generator)
      let text =
        "\(Int.random(in: 0...999_999, using: &generator))"
        + (decimals == 0
          ? "" : "." + (0..<decimals).map { _ in "\(Int.random(in: 0...9, using: &generator))" }.joined())
      let body = #"{"positionSeconds":\#(text),"state":"playing"}"#
      #expect(try HeartbeatReader.read(Array(body.utf8)).positionSeconds == Double(text))
    }
  }

  @Test("The hand-written answers read back as what they say")
  func answers() throws {
    let time = Timestamp(milliseconds: 1_800_000_000_123)
    let goOn = try JSON.decode(
      HeartbeatAnswer.self, from: PlaybackBytes.heartbeatAnswer(.goOn(leaseExpiresAt: time)))
    #expect(goOn.action == .continue && goOn.leaseExpiresAt == time && goOn.reason == nil)
    let stop = try JSON.decode(
      HeartbeatAnswer.self, from: PlaybackBytes.heartbeatAnswer(.stop(.signedOut, at: time)))
    #expect(stop.action == .stop && stop.leaseExpiresAt == time && stop.reason == "signedOut")
  }
}

extension Result where Failure == any Error {
  fileprivate func mapError(_ transform: (any Error) -> Problem?) -> Result<Success, Problem> {
    mapError { transform($0) ?? Problem("other", status: 0, title: "\($0)", detail: "") }
  }
}
