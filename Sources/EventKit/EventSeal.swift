import Contract
import SecurityKit

/// Seals what a body tells of a person under the key of the account, and opens it again. The sealed text is the whole
/// body, a member `sealed` beside the body without it; it opens in its own event alone.
enum EventSeal {
  /// The body as it is written: with nothing sealed where there is no key.
  static func data<Body: PersonalEventBody>(
    of body: Body, under key: SealingKey?, in header: EventHeader
  ) throws -> [UInt8] {
    var data = try JSON.encode(body.withoutPersonalData())
    guard let key else { return data }
    let sealed = Base64URL.encode(key.seal(try JSON.encode(body), for: context(header)))
    let isEmpty = data.count == 2
    data.removeLast()
    data += (isEmpty ? #""sealed":""# : #","sealed":""#).utf8
    data += sealed.utf8
    data += #""}"#.utf8
    return data
  }

  /// The event with its whole body; nil where nothing was sealed. Throws ``EventSealError`` where it does not open.
  static func open(_ event: Event, with key: SealingKey) throws -> Event? {
    guard let text = try event.sealedBody() else { return nil }
    guard let sealed = Base64URL.decode(text[...]), let body = key.open(sealed, for: context(event.header)) else {
      throw EventSealError.doesNotOpen
    }
    return event.opened(body: body)
  }

  private static func context(_ header: EventHeader) -> [UInt8] {
    let account = header.account?.description ?? ""
    let parts = [header.source, header.epoch, "\(header.seq)", header.type, header.subject, account]
    return Array(parts.joined(separator: "\n").utf8)
  }
}

enum EventSealError: Error, Sendable {
  /// Another key, another event's, or damaged.
  case doesNotOpen
}
