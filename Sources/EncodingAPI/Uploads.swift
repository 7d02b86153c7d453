package import Contract

package enum UploadState: String, Codable, Sendable, CaseIterable {
  /// Bytes are still missing.
  case receiving
  /// Whole, its hash known: jobs can be made of it.
  case complete
}

package struct Upload: Codable, Sendable, Hashable {
  package var id: UploadID
  package var state: UploadState
  /// Of the whole film; absent while its sender has not said.
  package var bytes: Int?
  /// What has arrived and is on the disk.
  package var offsetBytes: Int
  /// Lower-case hexadecimal; absent until complete.
  package var sha256: String?
  package var name: String?
  package var createdAt: Timestamp
  /// When it is removed if nothing more is done with it; absent while a job needs it.
  package var expiresAt: Timestamp?

  package init(
    id: UploadID, state: UploadState, bytes: Int?, offsetBytes: Int, sha256: String?, name: String?,
    createdAt: Timestamp, expiresAt: Timestamp?
  ) {
    self.id = id
    self.state = state
    self.bytes = bytes
    self.offsetBytes = offsetBytes
    self.sha256 = sha256
    self.name = name
    self.createdAt = createdAt
    self.expiresAt = expiresAt
  }
}
