package import Contract
package import NIOCore

/// A transport that also carries bodies of any length, both ways, with back-pressure.
package protocol StreamingTransport: Transport {
  /// Answers once the upstream's head has arrived; its body is read as it is consumed.
  func stream(_ request: TransportRequest, upload: StreamingUpload?) async throws -> StreamingResponse
}

/// A body that is sent as it is produced.
package struct StreamingUpload: Sendable {
  /// In bytes, and then exact; nil where it is not known beforehand, and the body goes in chunked coding.
  package let contentLength: Int?
  /// Asked for the next piece only when there is room for it.
  package let chunks: any AsyncSequence<ByteBuffer, any Error> & Sendable

  package init(contentLength: Int?, chunks: any AsyncSequence<ByteBuffer, any Error> & Sendable) {
    self.contentLength = contentLength
    self.chunks = chunks
  }
}

/// An answer whose body is read as it arrives.
package struct StreamingResponse: Sendable {
  package let status: Int
  /// Lower-case names.
  package let headers: [(name: String, value: String)]
  /// For one reader. Ending it early, by cancellation or by letting go of it, aborts the transfer; a failure of the
  /// upstream in mid-body is thrown.
  package let body: any AsyncSequence<ByteBuffer, any Error> & Sendable

  package init(
    status: Int, headers: [(name: String, value: String)], body: any AsyncSequence<ByteBuffer, any Error> & Sendable
  ) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  package func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value
  }
}
