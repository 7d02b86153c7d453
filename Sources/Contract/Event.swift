/// The body of an event: a fact that happened in one service and that others may act on.
/// Bodies grow by adding optional fields; a breaking change is a new type ending in the next `.vN`.
package protocol EventBody: Codable, Sendable {
  /// `<service>.<noun>.<past participle>.v<N>`, unique in the project.
  static var type: String { get }
}

/// The body of an event that tells something of a person: names, addresses, languages, places, titles watched.
/// It is sealed under the key of the account that the event is appended for, so its personal fields are optional: who
/// reads without the key finds them absent.
package protocol PersonalEventBody: EventBody {
  /// What anybody may read: who it is about and what happened, by ids alone.
  func withoutPersonalData() -> Self
}

/// A CloudEvents 1.0 envelope. `json` is the whole event as its source first wrote it, and travels unchanged.
package struct Event: Sendable, Hashable {
  package let header: EventHeader
  package let json: [UInt8]
  /// The body with its sealed part, where it has been opened; never written anywhere.
  private let openedBody: [UInt8]?

  /// Reads an event; throws where the bytes are no event of ours or their checksum disagrees.
  package init(json: [UInt8]) throws {
    guard EventChecksum.isValid(json) else { throw EventError.checksumMismatch }
    header = try JSON.decode(EventHeader.self, from: json)
    self.json = json
    openedBody = nil
  }

  /// Writes a new event; `data` is its body as JSON.
  package init(header: EventHeader, data: [UInt8]) throws {
    self.header = header
    json = try EventChecksum.seal(header: JSON.encode(header), data: data)
    openedBody = nil
  }

  private init(_ event: Event, openedBody: [UInt8]) {
    header = event.header
    json = event.json
    self.openedBody = openedBody
  }

  /// The event as who has the key reads it; its `json` stays sealed.
  package func opened(body: [UInt8]) -> Event { Event(self, openedBody: body) }

  /// The sealed part of the body, if it has one: Base64url.
  package func sealedBody() throws -> String? { try JSON.decode(Carrier<SealedPart>.self, from: json).data.sealed }

  /// Whether the bytes are as their source wrote them, by their checksum alone.
  package static func isIntact(_ json: [UInt8]) -> Bool { EventChecksum.isValid(json) }

  /// The body, if this is an event of that type.
  package func body<Body: EventBody>(_ type: Body.Type) throws -> Body? {
    guard header.type == Body.type else { return nil }
    if let openedBody { return try JSON.decode(Body.self, from: openedBody) }
    return try JSON.decode(Carrier<Body>.self, from: json).data
  }

  private struct Carrier<Body: Decodable>: Decodable { let data: Body }
  private struct SealedPart: Decodable { let sealed: String? }
}

/// The context attributes of an event.
package struct EventHeader: Codable, Sendable, Hashable {
  package var specversion: String = "1.0"
  package var id: EventID
  /// `/accounts`
  package var source: String
  package var type: String
  /// The key: events of one subject are never reordered.
  package var subject: String
  package var time: Timestamp
  package var datacontenttype: String = "application/json"
  /// Gapless within source and epoch, from 1.
  package var seq: Int64
  /// New when the source's database is made anew.
  package var epoch: String
  package var traceparent: String?
  /// Whose key the personal part of the body is sealed under; absent where nothing in it is personal.
  package var account: AccountID?

  package init(
    id: EventID, source: String, type: String, subject: String, time: Timestamp, seq: Int64, epoch: String,
    traceparent: String?, account: AccountID? = nil
  ) {
    self.account = account
    self.id = id
    self.source = source
    self.type = type
    self.subject = subject
    self.time = time
    self.seq = seq
    self.epoch = epoch
    self.traceparent = traceparent
  }
}

/// A place in one source's events.
package struct EventPosition: Codable, Sendable, Hashable {
  package var epoch: String
  package var seq: Int64

  package init(epoch: String, seq: Int64) {
    self.epoch = epoch
    self.seq = seq
  }

  /// Whether whoever has read up to here has read `other` too. Positions of different epochs cover nothing of each
  /// other.
  package func covers(_ other: EventPosition) -> Bool {
    epoch == other.epoch && seq >= other.seq
  }
}

extension EventHeader {
  package var position: EventPosition { EventPosition(epoch: epoch, seq: seq) }
}

package enum EventError: Error, Sendable {
  case checksumMismatch
}

/// The extension attribute `checksum`, last member of every event: FNV-1a over all bytes before it.
private enum EventChecksum {
  static let label = Array(#","checksum":""#.utf8)
  static let suffixCount = label.count + 16 + 2

  static func seal(header: [UInt8], data: [UInt8]) -> [UInt8] {
    var bytes = Array(header.dropLast())
    bytes.reserveCapacity(header.count + data.count + suffixCount + 8)
    bytes += #","data":"#.utf8
    bytes += data
    let checksum = Hex.text(FNV1a.hash(bytes))
    bytes += label
    bytes += checksum.utf8
    bytes += [UInt8(ascii: "\""), UInt8(ascii: "}")]
    return bytes
  }

  static func isValid(_ json: [UInt8]) -> Bool {
    guard json.count > suffixCount, json.suffix(2).elementsEqual("\"}".utf8) else { return false }
    let covered = json.dropLast(suffixCount)
    let suffix = json.suffix(suffixCount)
    return suffix.starts(with: label)
      && Hex.value(suffix.dropFirst(label.count).prefix(16)) == FNV1a.hash(covered)
  }
}
