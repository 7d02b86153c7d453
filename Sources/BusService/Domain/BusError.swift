import Contract

enum BusError: Error, Sendable {
  case batchUnreadable(String)
  case letterNotFound
  case letterSettled
}

extension BusError: ProblemConvertible {
  var problem: Problem {
    switch self {
    case .batchUnreadable(let reason): .badRequest("The batch cannot be taken: \(reason).")
    case .letterNotFound: .notFound("There is no such dead letter.")
    case .letterSettled: .conflict("The dead letter has been settled.")
    }
  }
}
