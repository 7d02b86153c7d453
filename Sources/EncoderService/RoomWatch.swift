/// Whether to ask for work at all: a task that met a full disk would meet it again, and use up its attempts.
struct RoomWatch: Sendable {
  private let reserveBytes: Int
  private(set) var wantedBytes: Int
  private var patienceEnds: ContinuousClock.Instant?

  /// So much more than was free when the disk was full.
  static let moreBytes = 8 << 20
  /// Then it is tried again with what there is: another task may need less.
  static let patience: Duration = .seconds(60)

  init(reserveBytes: Int) {
    self.reserveBytes = reserveBytes
    wantedBytes = reserveBytes
  }

  /// After a task; `freeBytes` as it is once the task's draft has gone.
  mutating func note(hadRoom: Bool, freeBytes: Int, at now: ContinuousClock.Instant = .now) {
    wantedBytes = hadRoom ? reserveBytes : max(reserveBytes, freeBytes + Self.moreBytes)
    patienceEnds = hadRoom ? nil : now + Self.patience
  }

  func suffices(freeBytes: Int, at now: ContinuousClock.Instant = .now) -> Bool {
    if let patienceEnds, patienceEnds <= now { return freeBytes >= reserveBytes }
    return freeBytes >= wantedBytes
  }
}
