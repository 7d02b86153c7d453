import Contract
import EncodingAPI
import ServerKit
import StorageKit

/// Films for encoders that share no disk with this service.
struct SourceRoutes: Sendable {
  let database: ServiceDatabase
  let tasks: TaskStore

  func add(to routes: inout Routes) {
    routes.raw(EncodingEndpoints.source) { try answer($0) }
  }

  /// Only to whoever holds the task: a path is never taken from the caller.
  private func answer(_ call: RawCall) throws -> Answer {
    let query = call.request.target.split(separator: "?", maxSplits: 1).dropFirst().first ?? ""
    guard let pairs = PercentEncoding.query(query) else { throw Problem.badRequest("The query cannot be read.") }
    let asked = try ParameterDecoder.decode(TaskSourcePath.self, from: call.parameters + pairs)
    guard let task = try database.read({ try tasks.leased(asked.task, token: asked.token, in: $0) }) else {
      throw EncodingError.leaseLost
    }
    guard let file = task.work.sources.first(where: { $0.fingerprint == asked.fingerprint }) else {
      throw Problem.notFound("The task reads no such file.")
    }
    let source = try OpenSource(file)
    let first = try offset(call.request.header("range"))
    guard first <= source.bytes else {
      return Answer(status: 416, headers: [("content-range", "bytes */\(source.bytes)")])
    }
    var headers = [("content-type", "application/octet-stream"), ("accept-ranges", "bytes")]
    if first > 0, first < source.bytes {
      headers.append(("content-range", "bytes \(first)-\(source.bytes - 1)/\(source.bytes)"))
    }
    return Answer(
      status: first > 0 ? 206 : 200, headers: headers,
      body: .stream(length: source.bytes - first, SourceBytes(source: source, first: first)))
  }

  /// `bytes=N-`, the one form our encoders ask in.
  private func offset(_ range: String?) throws(Problem) -> Int {
    guard let range else { return 0 }
    guard range.hasPrefix("bytes="), range.hasSuffix("-"), let first = Int(range.dropFirst(6).dropLast()), first >= 0
    else { throw .badRequest("must be bytes=N-", field: "Range") }
    return first
  }
}
