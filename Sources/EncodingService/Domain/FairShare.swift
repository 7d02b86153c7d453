import EncodingAPI

/// Who is next among jobs: start-time fair queuing (Goyal, Vin, Cheng 1996).
///
/// Each job has a turn on a common scale of work done; the ready job with the earliest turn is served, and its turn
/// moves on by the work it was given, divided by its share. So jobs of one priority share encoders evenly however many
/// tasks they have, and a job of low priority waits long but never for ever. A job that had nothing ready comes in at
/// the present turn: it is served soon, and does not make up for the time it did not want anything.
enum FairShare {
  /// A job of high priority gets eight times the work of a normal one, which gets eight times that of a low one.
  static func share(of priority: JobPriority) -> Double {
    switch priority {
    case .low: 1
    case .normal: 8
    case .high: 64
    }
  }

  /// - Parameters:
  ///   - turn: the job's, before.
  ///   - present: the turn at which a task was last given to anyone.
  /// - Returns: the present turn and the job's next after a task of that `weight` was given to it.
  static func serve(
    turn: Double, present: Double, weight: Double, priority: JobPriority
  ) -> (present: Double, next: Double) {
    let served = max(turn, present)
    return (served, served + weight / share(of: priority))
  }
}
