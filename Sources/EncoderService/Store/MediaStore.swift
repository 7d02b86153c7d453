import Contract

/// Where encoders keep what they make. Narrow, so that an object store can stand in for the folder.
///
/// Everything appears whole or not at all: a task's output is built in a draft and then committed under its key.
protocol MediaStore: Sendable {
  /// The folder of a job's committed outputs, as a local path.
  func staging(of job: JobID) throws -> String
  func hasOutput(_ name: String, of job: JobID) -> Bool
  /// An empty folder to work in, on the same file system as the outputs.
  func makeDraft(for job: JobID) throws -> String
  /// The draft's files are made durable and appear as output `name`; a draft that comes second is thrown away.
  func commit(draft: String, as name: String, of job: JobID) throws
  func discard(draft: String)
  /// The output appears as the asset's folder; a no-op where it already has.
  func publish(output name: String, of job: JobID, as asset: AssetID) throws
  /// All outputs and drafts of a job go.
  func removeStaging(of job: JobID) throws
}
