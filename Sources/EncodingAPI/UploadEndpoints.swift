package import Contract

/// Taking films in: tus 1.0 (https://tus.io/protocols/resumable-upload), or one body as it is.
package enum UploadEndpoints {
  /// With `Tus-Resumable`, an upload is made, with or without its first bytes. Without, the body is the whole film and
  /// `name` its label. The limit is the setting `ENCODING_UPLOAD_LIMIT_BYTES`.
  package static let create = Endpoint<UploadQuery, Empty, Upload>(
    "encoding.createUpload", .post, "/v1/studio/uploads", access: .operator, status: 201,
    bodyLimitBytes: 64 * 1024 * 1024 * 1024, summary: "Begin an upload (tus 1.0), or take in a film as the raw body.")

  package static let options = Endpoint<Empty, Empty, Empty>(
    "encoding.uploadOptions", .options, "/v1/studio/uploads", access: .open,
    summary: "What of tus 1.0 is spoken, in headers.")

  package static let list = Endpoint<PageQuery, Empty, Page<Upload>>(
    "encoding.uploads", .get, "/v1/studio/uploads", access: .operator,
    summary: "Uploads, newest first: those under way and those that are whole.")

  package static let upload = Endpoint<UploadPath, Empty, Upload>(
    "encoding.upload", .get, "/v1/studio/uploads/{upload}", access: .operator, summary: "One upload.")

  package static let offset = Endpoint<UploadPath, Empty, Empty>(
    "encoding.uploadOffset", .head, "/v1/studio/uploads/{upload}", access: .operator, status: 200,
    summary: "How many bytes have arrived for good (tus 1.0), in headers.")

  package static let append = Endpoint<UploadPath, Empty, Empty>(
    "encoding.appendUpload", .patch, "/v1/studio/uploads/{upload}", access: .operator,
    bodyLimitBytes: 64 * 1024 * 1024 * 1024, summary: "The next bytes of an upload (tus 1.0).")

  package static let remove = Endpoint<UploadPath, Empty, Empty>(
    "encoding.removeUpload", .delete, "/v1/studio/uploads/{upload}", access: .operator,
    summary: "End an upload, or remove one that no job needs.")

  /// For clients that can only GET and POST: `X-HTTP-Method-Override` says what is meant.
  package static let override = Endpoint<UploadPath, Empty, Empty>(
    "encoding.overrideUpload", .post, "/v1/studio/uploads/{upload}", access: .operator,
    bodyLimitBytes: 64 * 1024 * 1024 * 1024, summary: "PATCH, HEAD or DELETE of an upload in the clothes of a POST.")
}

package struct UploadQuery: Codable, Sendable {
  /// A label for people; never a path.
  package var name: String?

  package init(name: String? = nil) {
    self.name = name
  }
}

package struct UploadPath: Codable, Sendable {
  package var upload: UploadID

  package init(upload: UploadID) {
    self.upload = upload
  }
}
