import Contract
import EncodingAPI

/// What encoding refuses.
enum EncodingError: Error {
  case unknownJob(JobID)
  case unknownUpload(UploadID)
  case unknownTitle(TitleID)
  case sourceNotNamedOnce
  case sourcePath(String)
  /// `field` is below `options`.
  case option(field: String, String)
  case uploadTooLarge(limitBytes: Int)
  case emptyUpload
  case wrongContentType
  case noSpace
  case labelTooLong(limit: Int)
  case leaseLost
  /// What a job was made of is not there any more, or has become something else.
  case sourceGone(String)
  case jobEnded(JobState)
  case badCursor
}

extension EncodingError: ProblemConvertible {
  var problem: Problem {
    switch self {
    case .unknownJob(let id): .notFound("There is no job \(id).")
    case .unknownUpload(let id): .invalid(field: "source.uploadId", "names no upload (\(id))")
    case .unknownTitle(let id): .invalid(field: "titleId", "names no title (\(id))")
    case .sourceNotNamedOnce: .invalid(field: "source", "must have either uploadId or path")
    case .sourcePath(let why): .invalid(field: "source.path", why)
    case .option(let field, let why): .invalid(field: "options.\(field)", why)
    case .uploadTooLarge(let limit): .tooLarge(limitBytes: limit)
    case .emptyUpload: .badRequest("The body is empty; send the film's bytes as the body.")
    case .wrongContentType:
      Problem(
        "unsupported-media-type", status: 415, title: "The content type is not accepted",
        detail: "Send the film's bytes as application/octet-stream or video/*.")
    case .noSpace: .insufficientStorage
    case .labelTooLong(let limit): .invalid(field: "name", "must have at most \(limit) characters")
    case .leaseLost:
      Problem(
        "lease-lost", status: 409, title: "The lease is no longer yours",
        detail: "It expired, was given to another encoder, or the job has ended.")
    case .sourceGone(let why): Problem("source-gone", status: 410, title: "The source is gone", detail: why)
    case .jobEnded(let state): .conflict("The job has already ended: it \(state.rawValue).")
    case .badCursor: .badRequest("is not a cursor of this list", field: "cursor")
    }
  }
}
