import Contract
import EncodingAPI
import StorageKit

/// All SQL about what is in a job's film and which tracks are made of it: documents in JSON, always read whole.
struct TrackStore: Sendable {
  func insert(sideCarFiles: [SourceFile], of job: JobID, in db: SQLSession) throws {
    try db.execute("INSERT INTO job_film (job_id, side_car_files) VALUES (?, ?)", job, try text(sideCarFiles))
  }

  func setFacts(_ facts: SourceFacts, of job: JobID, in db: SQLSession) throws {
    try db.execute("UPDATE job_film SET facts = ? WHERE job_id = ?", try text(facts), job)
  }

  func setTracks(_ tracks: AssetTracks, of job: JobID, in db: SQLSession) throws {
    try db.execute("UPDATE job_film SET tracks = ? WHERE job_id = ?", try text(tracks), job)
  }

  func sideCarFiles(of job: JobID, in db: SQLSession) throws -> [SourceFile] {
    try document([SourceFile].self, "SELECT side_car_files FROM job_film WHERE job_id = ?", job, in: db) ?? []
  }

  /// Nil until the film has been probed.
  func facts(of job: JobID, in db: SQLSession) throws -> SourceFacts? {
    try document(SourceFacts.self, "SELECT facts FROM job_film WHERE job_id = ?", job, in: db)
  }

  /// Nil until the film has been probed.
  func tracks(of job: JobID, in db: SQLSession) throws -> AssetTracks? {
    try document(AssetTracks.self, "SELECT tracks FROM job_film WHERE job_id = ?", job, in: db)
  }

  private func document<Document: Decodable>(
    _ type: Document.Type, _ sql: String, _ job: JobID, in db: SQLSession
  ) throws -> Document? {
    let text = try db.first(sql, job) { $0.textOrNil(0) } ?? nil
    return try text.map { try JSON.decode(type, from: Array($0.utf8)) }
  }

  private func text(_ document: some Encodable) throws -> String {
    String(decoding: try JSON.encode(document), as: UTF8.self)
  }
}
