import Contract
import PlaybackService
import Testing

@Suite("Stream leases")
struct StreamLeaseTests {
  private let time = ManualTime()
  private let session = PlaybackSessionID(seed: "a")

  @Test("A lease lives its length after the last heartbeat, on the monotonic clock")
  func expiry() {
    let leases = StreamLeases(lengthSeconds: 30, now: time.monotonic)
    leases.renew(session)
    time.pass(.seconds(29))
    #expect(!leases.hasExpired(session))
    leases.renew(session)
    time.pass(.seconds(29))
    #expect(leases.expired(limit: 10).isEmpty)
    time.pass(.seconds(1))
    #expect(leases.hasExpired(session))
    #expect(leases.expired(limit: 10) == [session])
  }

  @Test("The wall clock ends no lease")
  func wallClock() {
    let leases = StreamLeases(lengthSeconds: 30, now: time.monotonic)
    leases.renew(session)
    time.setWallClock(forwardBy: 400 * 86_400)
    #expect(!leases.hasExpired(session))
  }

  @Test("Time in which the process stood still is not held against the players")
  func standstill() {
    let leases = StreamLeases(lengthSeconds: 30, now: time.monotonic)
    leases.renew(session)
    time.pass(.seconds(45))
    leases.postponeAll(by: .seconds(45))
    #expect(!leases.hasExpired(session))
    time.pass(.seconds(30))
    #expect(leases.hasExpired(session))
  }

  @Test("A session without a lease has missed its heartbeats")
  func unknown() {
    #expect(StreamLeases(lengthSeconds: 30, now: time.monotonic).hasExpired(session))
  }
}
