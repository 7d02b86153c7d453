import Contract
import EncodingAPI
import SecurityKit

/// The name of a task's output: the same work on the same input by the same tools has the same name, so that work
/// done twice is seen to be done.
enum OutputKey {
  static func name(of lease: TaskLease, toolVersion: String) throws -> String {
    struct Ingredients: Encodable {
      var work: TaskWork
      var inputs: [TaskInput]
      var toolVersion: String
      var contentKey: ContentKeyID?
    }
    var work = lease.work
    // Where the film lies says nothing of what is in it.
    work.source.path = ""
    var hash = SHA256()
    hash.update(
      try JSON.encodeCanonically(
        Ingredients(
          work: work, inputs: lease.inputs, toolVersion: toolVersion, contentKey: lease.contentKey?.id)))
    return "\(lease.work.kind.rawValue)-\(lease.work.ordinal)-\(hash.finishAsText().prefix(32))"
  }
}
