/// An answer that is not a success, as RFC 9457 problem details; also the error that carries it.
package struct Problem: Error, Codable, Sendable, Hashable {
  /// One field of the request and what is wrong with it.
  package struct FieldError: Codable, Sendable, Hashable {
    package var field: String
    package var message: String

    package init(field: String, message: String) {
      self.field = field
      self.message = message
    }
  }

  /// A documented relative reference, `/problems/<code>`.
  package var type: String
  package var title: String
  package var status: Int
  package var detail: String
  package var traceId: String?
  package var errors: [FieldError]?
  /// The error code of RFC 6749, in answers of that protocol alone.
  package var error: String?
  /// Seconds for the `Retry-After` header; not part of the body.
  package var retryAfterSeconds: Int?
  /// The quota that was used up, for the `RateLimit` headers; not part of the body.
  package var rateLimit: RateLimit?

  private enum CodingKeys: String, CodingKey { case type, title, status, detail, traceId, errors, error }

  package init(
    _ code: String, status: Int, title: String, detail: String, errors: [FieldError]? = nil,
    retryAfterSeconds: Int? = nil
  ) {
    self.type = "/problems/\(code)"
    self.title = title
    self.status = status
    self.detail = detail
    self.errors = errors
    self.retryAfterSeconds = retryAfterSeconds
  }

  /// The last part of `type`, e.g. `not-found`.
  package var code: String { String(type.split(separator: "/").last ?? "") }
}

/// A service's error enum says once how each case is shown to a client.
package protocol ProblemConvertible: Error {
  var problem: Problem { get }
}

extension Problem: ProblemConvertible {
  package var problem: Problem { self }
}

// MARK: - The problems every service shares

extension Problem {
  package static func badRequest(_ detail: String, field: String? = nil) -> Problem {
    Problem(
      "bad-request", status: 400, title: "The request cannot be read", detail: detail,
      errors: field.map { [FieldError(field: $0, message: detail)] })
  }

  /// Well-formed, but one or more fields have values that cannot be accepted.
  package static func invalid(_ errors: [FieldError]) -> Problem {
    Problem(
      "invalid", status: 422, title: "A field has an unacceptable value",
      detail: errors.map { "\($0.field) \($0.message)" }.joined(separator: "; "), errors: errors)
  }

  package static func invalid(field: String, _ message: String) -> Problem {
    invalid([FieldError(field: field, message: message)])
  }

  package static func unauthenticated(_ detail: String) -> Problem {
    Problem("unauthenticated", status: 401, title: "Not signed in", detail: detail)
  }

  package static func forbidden(_ detail: String) -> Problem {
    Problem("forbidden", status: 403, title: "Not allowed", detail: detail)
  }

  package static func notFound(_ detail: String) -> Problem {
    Problem("not-found", status: 404, title: "Not found", detail: detail)
  }

  package static func conflict(_ detail: String) -> Problem {
    Problem("conflict", status: 409, title: "Conflict with the present state", detail: detail)
  }

  package static func tooLarge(limitBytes: Int) -> Problem {
    Problem(
      "too-large", status: 413, title: "The body is too large",
      detail: "The body is over this route's limit of \(limitBytes) bytes.")
  }

  package static func tooMany(_ detail: String, retryAfterSeconds: Int) -> Problem {
    Problem(
      "too-many-requests", status: 429, title: "Too many requests", detail: detail,
      retryAfterSeconds: retryAfterSeconds)
  }

  /// A quota was used up; there is more when it resets.
  package static func tooMany(_ detail: String, limit: RateLimit) -> Problem {
    var problem = tooMany(detail, retryAfterSeconds: limit.resetSeconds)
    problem.rateLimit = limit
    return problem
  }

  package static func unavailable(_ detail: String, retryAfterSeconds: Int = 1) -> Problem {
    Problem(
      "unavailable", status: 503, title: "Not available now", detail: detail, retryAfterSeconds: retryAfterSeconds)
  }

  package static func timedOut(_ detail: String) -> Problem {
    Problem("timed-out", status: 504, title: "The deadline passed", detail: detail)
  }

  package static let insufficientStorage = Problem(
    "insufficient-storage", status: 507, title: "No space left",
    detail: "The disk of the service is full; nothing was changed. Reading goes on.")

  /// A bug of ours: logged whole, shown without its text.
  package static let internalError = Problem(
    "internal", status: 500, title: "Something is wrong on our side",
    detail: "The fault was logged; quote the traceId when you report it.")
}
