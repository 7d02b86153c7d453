import BusService
import Contract
import EventKit
import TestKit
import Testing

@Suite("Dead letters at the bus")
struct DeadLetterOfficeTests {
  private let service = CallContext.test(.service("readers"))
  private let studio = CallContext.test(Principal(role: .operator))

  private func letter(_ name: String, seq: Int64) throws -> NewDeadLetter {
    let header = EventHeader(
      id: EventID(seed: name), source: "/notes", type: NoteAdded.type, subject: name,
      time: Timestamp(milliseconds: 0), seq: seq, epoch: "1", traceparent: nil)
    return NewDeadLetter(
      id: DeadLetterID(seed: name), consumer: "effects", service: "readers",
      event: try Event(header: header, data: Array("{}".utf8)), error: "why")
  }

  private func report(_ held: [DeadLetterID], by consumer: String = "effects") -> ConsumerReport {
    ConsumerReport(
      consumer: consumer, service: "readers", positions: [.init(source: "/notes", epoch: "1", seq: 0)],
      deadLetters: held)
  }

  private func statuses(_ bus: TestService) async throws -> [String: DeadLetter.Status] {
    let letters = try await bus.transport.call(BusEndpoints.deadLetters, PageQuery(), in: studio).items
    return Dictionary(uniqueKeysWithValues: letters.map { ($0.subject, $0.status) })
  }

  @Test("A letter is open exactly as long as its own consumer reports it, and asked for if it never came")
  func reconciling() async throws {
    try await withService(BusModule.self) { bus in
      let (first, second) = (try letter("first", seq: 1), try letter("second", seq: 2))
      for letter in [first, second, first] {
        _ = try await bus.transport.call(BusEndpoints.acceptDeadLetter, body: letter, in: service)
      }
      let missing = DeadLetterID(seed: "missing")
      let orders = try await bus.transport.call(
        BusEndpoints.report, body: report([first.id, second.id, missing]), in: service)
      #expect(orders == ConsumerOrders(redrive: [], resend: [missing]))
      #expect(try await statuses(bus) == ["first": .dead, "second": .dead])

      _ = try await bus.transport.call(BusEndpoints.report, body: report([], by: "another"), in: service)
      #expect(try await statuses(bus) == ["first": .dead, "second": .dead])
      _ = try await bus.transport.call(BusEndpoints.report, body: report([second.id]), in: service)
      #expect(try await statuses(bus) == ["first": .settled, "second": .dead])
      _ = try await bus.transport.call(BusEndpoints.report, body: report([first.id, second.id]), in: service)
      #expect(try await statuses(bus) == ["first": .dead, "second": .dead])
    }
  }

  @Test("A redrive is told at each report until the letter is gone or sent again; a settled one cannot be redriven")
  func redriving() async throws {
    try await withService(BusModule.self) { bus in
      let letter = try letter("first", seq: 1)
      _ = try await bus.transport.call(BusEndpoints.acceptDeadLetter, body: letter, in: service)
      let path = DeadLetterPath(id: letter.id)
      for _ in 0..<2 { _ = try await bus.transport.call(BusEndpoints.redrive, path, in: studio) }
      for _ in 0..<2 {
        let orders = try await bus.transport.call(BusEndpoints.report, body: report([letter.id]), in: service)
        #expect(orders.redrive == [letter.id])
      }
      _ = try await bus.transport.call(BusEndpoints.acceptDeadLetter, body: letter, in: service)
      let orders = try await bus.transport.call(BusEndpoints.report, body: report([letter.id]), in: service)
      #expect(orders.redrive.isEmpty)
      _ = try await bus.transport.call(BusEndpoints.report, body: report([]), in: service)
      await #expect { try await bus.transport.call(BusEndpoints.redrive, path, in: studio) } throws: {
        ($0 as? Problem)?.status == 409
      }
    }
  }

  @Test("The list is paged, newest first")
  func paging() async throws {
    try await withService(BusModule.self) { bus in
      for seq in 1...5 {
        var letter = try letter("letter \(seq)", seq: Int64(seq))
        letter.id = DeadLetterID(at: Timestamp(milliseconds: Int64(seq)))
        _ = try await bus.transport.call(BusEndpoints.acceptDeadLetter, body: letter, in: service)
      }
      var seen: [Int64] = []
      var cursor: String?
      repeat {
        let page = try await bus.transport.call(
          BusEndpoints.deadLetters, PageQuery(limit: 2, cursor: cursor), in: studio)
        seen += page.items.map(\.seq)
        cursor = page.next
      } while cursor != nil
      #expect(seen == [5, 4, 3, 2, 1])
    }
  }

  @Test("Of a source it has never heard of, the bus holds nothing")
  func nothingHeld() async throws {
    try await withService(BusModule.self) { bus in
      let held = try await bus.transport.call(
        BusEndpoints.lastHeld, SourceParameters(source: "/nobody", epoch: "1"), in: service)
      #expect(held.seq == 0)
      let lag = try await bus.transport.call(BusEndpoints.lag, in: studio)
      #expect(lag.items.isEmpty)
    }
  }
}
