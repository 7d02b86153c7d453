import Foundation
import SecurityKit

/// `Upload-Checksum`: what the bytes of one request must add up to.
struct UploadChecksum: Sendable {
  enum Algorithm: String, CaseIterable, Sendable {
    case sha1, sha256

    var digestBytes: Int { self == .sha1 ? 20 : 32 }
  }

  let algorithm: Algorithm
  let digest: [UInt8]

  /// `sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=`
  init(_ header: String) throws(EncodingError) {
    let parts = header.split(separator: " ")
    guard parts.count == 2, let algorithm = Algorithm(rawValue: parts[0].lowercased()) else {
      throw .tus("Upload-Checksum", "must be one of \(Self.algorithms) and a digest in Base64")
    }
    guard let digest = Data(base64Encoded: String(parts[1])), digest.count == algorithm.digestBytes else {
      throw .tus("Upload-Checksum", "holds no \(algorithm.rawValue) digest in Base64")
    }
    self.algorithm = algorithm
    self.digest = Array(digest)
  }

  static var algorithms: String { Algorithm.allCases.map(\.rawValue).joined(separator: ",") }

  /// Adds up what comes.
  struct Sum: Sendable {
    private var sha1: SHA1?
    private var sha256: SHA256?
    private let expected: [UInt8]

    init(_ checksum: UploadChecksum) {
      expected = checksum.digest
      switch checksum.algorithm {
      case .sha1: sha1 = SHA1()
      case .sha256: sha256 = SHA256()
      }
    }

    mutating func add(_ bytes: UnsafeRawBufferPointer) {
      sha1?.update(bytes)
      sha256?.update(bytes)
    }

    func agrees() -> Bool {
      var (one, other) = (sha1, sha256)
      return (one?.finish() ?? other?.finish()) == expected
    }
  }
}
