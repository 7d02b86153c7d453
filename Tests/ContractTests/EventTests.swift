import Contract
import Testing

private struct Seen: EventBody, Equatable {
  static let type = "test.film.seen.v1"
  var film: String
  var rating: Int?
}

private struct Other: EventBody {
  static let type = "test.film.other.v1"
}

@Suite struct EventTests {
  private func event(_ body: Seen) throws -> Event {
    let header = EventHeader(
      id: EventID(at: Timestamp(milliseconds: 0)), source: "/test", type: Seen.type, subject: "prf_1",
      time: Timestamp(milliseconds: 1), seq: 7, epoch: "e1", traceparent: nil)
    return try Event(header: header, data: JSON.encode(body))
  }

  @Test("An event reads back from its own bytes, body and all")
  func roundTrip() throws {
    let written = try event(Seen(film: "Sintel \"}", rating: 5))
    let read = try Event(json: written.json)
    #expect(read == written)
    #expect(try read.body(Seen.self) == Seen(film: "Sintel \"}", rating: 5))
    #expect(try read.body(Other.self) == nil)
  }

  @Test("Every single flipped bit is noticed")
  func flippedBits() throws {
    let json = try event(Seen(film: "Sintel", rating: nil)).json
    for index in json.indices {
      for bit in 0..<8 {
        var damaged = json
        damaged[index] ^= 1 << bit
        #expect(throws: (any Error).self) { try Event(json: damaged) }
      }
    }
  }

  @Test("Fields a consumer does not know are ignored")
  func additive() throws {
    struct Wider: Codable {
      var film: String
      var colour: String
    }
    let header = try event(Seen(film: "x", rating: nil)).header
    let wider = try Event(header: header, data: JSON.encode(Wider(film: "x", colour: "red")))
    #expect(try wider.body(Seen.self) == Seen(film: "x", rating: nil))
  }
}
