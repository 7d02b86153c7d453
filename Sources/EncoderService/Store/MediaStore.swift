import Contract

/// Where encoders keep what they make: whole objects by key, `<prefix>/<name>`. That is all an object store offers, so
/// one can stand in for the folder; nothing here renames, appends or changes a part.
protocol MediaStore: Sendable {
  /// The file becomes the object: durable and whole, or not there at all, in the place of what had that key. The file
  /// itself stays.
  func put(_ objects: [MediaPut]) throws
  /// A small object; nil where there is none.
  func get(_ key: String) throws -> [UInt8]?
  /// A local folder with the objects below the prefix, for programs that read files; it may not exist where there are
  /// none. A store that is no folder fetches them.
  func localFolder(_ prefix: String) throws -> String
  /// In bytes; nil where there is no such object.
  func size(_ key: String) throws -> Int?
  /// The next parts of keys below the prefix, at most `limit`, in no order.
  func names(under prefix: String, atMost limit: Int) throws -> [String]
  /// What lies below the prefix.
  func extent(of prefix: String) throws -> MediaExtent
  /// All objects below the prefix go.
  func delete(_ prefix: String) throws
  /// Nobody else is at work on the prefix meanwhile, on any machine: for looking and putting in one step. A store
  /// without locks compares tags as it puts. Throws ``EncodingFault/transient(_:)`` where it takes too long.
  func locked<Result>(_ prefix: String, _ body: () throws -> Result) throws -> Result

  /// An empty local folder to work in, whence files can be put.
  func makeDraft(for job: JobID, token: Int) throws -> String
  func discard(draft: String)
  /// Bytes that drafts may still fill.
  var freeBytes: Int { get }
}

struct MediaPut: Sendable {
  /// A local path.
  var file: String
  var key: String
}

struct MediaExtent: Sendable {
  var objects = 0
  var bytes = 0
  /// When the last of them was written.
  var lastChange = Timestamp(milliseconds: 0)
}

/// The prefixes in use.
enum MediaPrefix {
  static let staging = ".staging"
  static let draft = "draft-"

  static func staging(_ job: JobID) -> String { "\(staging)/\(job)" }
  static func output(_ name: String, of job: JobID) -> String { "\(staging)/\(job)/\(name)" }
  static func asset(_ asset: AssetID) -> String { "\(asset)" }

  /// The lease under which a draft was begun.
  static func token(ofDraft name: String) -> Int? {
    guard name.hasPrefix(draft) else { return nil }
    return name.dropFirst(draft.count).split(separator: "-").first.flatMap { Int($0) }
  }
}
