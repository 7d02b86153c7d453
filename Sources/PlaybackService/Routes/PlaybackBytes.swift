import Contract
import PlaybackAPI

/// The answers of hot routes, written straight into bytes: ids, times and numbers need no escaping.
package enum PlaybackBytes {
  /// A ``HeartbeatAnswer``.
  package static func heartbeatAnswer(_ outcome: HeartbeatOutcome) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(112)
    bytes += #"{"leaseExpiresAt":""#.utf8
    switch outcome {
    case .goOn(let leaseExpiresAt):
      bytes += leaseExpiresAt.description.utf8
      bytes += #"","action":"continue"}"#.utf8
    case .stop(let reason, let moment):
      bytes += moment.description.utf8
      bytes += #"","action":"stop","reason":""#.utf8
      bytes += reason.rawValue.utf8
      bytes += #""}"#.utf8
    }
    return bytes
  }

  /// The opening of ``ResumePoints``; points follow, separated by commas, then ``listStart`` and the titles of the
  /// list, ``ratingsStart`` and the ratings, and ``ratingsEnd``.
  package static let resumePointsStart = Array(#"{"points":["#.utf8)
  package static let listStart = Array(#"],"list":["#.utf8)
  package static let ratingsStart = Array(#"],"ratings":["#.utf8)
  package static let ratingsEnd = Array("]}".utf8)

  package static func appendListed(_ titleID: String, isFirst: Bool, to bytes: inout [UInt8]) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    bytes.append(UInt8(ascii: "\""))
    bytes += titleID.utf8
    bytes.append(UInt8(ascii: "\""))
  }

  package static func appendRated(_ titleID: String, _ thumbs: String, isFirst: Bool, to bytes: inout [UInt8]) {
    if !isFirst { bytes.append(UInt8(ascii: ",")) }
    bytes += #"{"titleId":""#.utf8
    bytes += titleID.utf8
    bytes += #"","thumbs":""#.utf8
    bytes += thumbs.utf8
    bytes += #""}"#.utf8
  }

  package static func append(_ point: ResumePointRow, to bytes: inout [UInt8]) {
    bytes += #"{"titleId":""#.utf8
    bytes += point.titleID.utf8
    bytes += #"","positionSeconds":"#.utf8
    bytes += point.positionSeconds.description.utf8
    bytes += #","durationSeconds":"#.utf8
    bytes += point.durationSeconds.description.utf8
    bytes += #","updatedAt":""#.utf8
    bytes += point.updatedAt.description.utf8
    bytes += #""}"#.utf8
  }
}
