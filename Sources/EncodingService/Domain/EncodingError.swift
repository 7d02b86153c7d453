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
  case wrongContentType(String)
  case noSpace
  /// Of bytes that one operator may have under way and unused.
  case quotaUsedUp(limitBytes: Int)
  /// Asked for by its own address.
  case noUpload(UploadID)
  case uploadIncomplete(UploadID, offsetBytes: Int)
  case uploadNeeded(UploadID)
  /// Its file has not the bytes that were acknowledged.
  case uploadLost
  case offsetConflict(Int)
  /// More came than the length that was said.
  case tooManyBytes(Int)
  case checksumMismatch
  case tusVersion
  /// A header of tus, and what is wrong with it.
  case tus(String, String)
  case labelTooLong(limit: Int)
  case leaseLost
  /// What a job was made of is not there any more, or has become something else.
  case sourceGone(String)
  case jobEnded(JobState)
  case notFailed(JobState)
  case beingSwept
  case unknownWorker(String)
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
    case .wrongContentType(let accepted):
      Problem(
        "unsupported-media-type", status: 415, title: "The content type is not accepted",
        detail: "Send the film's bytes as \(accepted).")
    case .noSpace: .insufficientStorage
    case .quotaUsedUp(let limit):
      Problem(
        "upload-quota", status: 429, title: "Too much is uploaded and unused",
        detail:
          "Unfinished uploads and those without a job may have \(limit) bytes together; finish, use or delete some.",
        retryAfterSeconds: 60)
    case .noUpload(let id): .notFound("There is no upload \(id); it may have expired.")
    case .uploadIncomplete(let id, let offset):
      .invalid(field: "source.uploadId", "names an upload that is not whole yet (\(id): \(offset) bytes so far)")
    case .uploadNeeded(let id): .conflict("A job that has not ended reads the upload \(id).")
    case .uploadLost: .notFound("What was uploaded is not on the disk any more; begin again.")
    case .offsetConflict(let offset):
      .conflict("The next byte that is missing is number \(offset); go on from there (HEAD tells it too).")
    case .tooManyBytes(let length):
      Problem(
        "too-large", status: 413, title: "More bytes than announced",
        detail: "The upload has \(length) bytes; what goes beyond is not taken.")
    case .checksumMismatch:
      Problem(
        "checksum-mismatch", status: 460, title: "The bytes are not what the checksum says",
        detail: "Nothing of this request was kept; send it again.")
    case .tusVersion:
      Problem(
        "tus-version", status: 412, title: "Another version of tus is needed",
        detail: "Say Tus-Resumable: \(TusRoutes.version).")
    case .tus(let header, let why): .badRequest(why, field: header)
    case .labelTooLong(let limit): .invalid(field: "name", "must have at most \(limit) characters")
    case .leaseLost:
      Problem(
        "lease-lost", status: 409, title: "The lease is no longer yours",
        detail: "It expired, was given to another encoder, or the job has ended.")
    case .sourceGone(let why): Problem("source-gone", status: 410, title: "The source is gone", detail: why)
    case .jobEnded(let state): .conflict("The job has already ended: it \(state.rawValue).")
    case .notFailed(let state): .conflict("Only a failed job can be tried again; this one is \(state.rawValue).")
    case .beingSwept: .conflict("What the job had made is just being removed; ask again in a moment.")
    case .unknownWorker(let name): .notFound("There is no worker \(name).")
    case .badCursor: .badRequest("is not a cursor of this list", field: "cursor")
    }
  }
}
