// A flat `Codable` struct to and from the name–value pairs of a path and a query.

package enum ParameterEncoder {
  /// The fields of `parameters` that are not nil, as text.
  package static func encode(_ parameters: some Encodable) throws -> [(name: String, value: String)] {
    let sink = PairSink()
    try parameters.encode(to: FlatEncoder(sink: sink))
    return sink.pairs
  }
}

package enum ParameterDecoder {
  /// Throws a ``Problem`` that names the parameter which is missing, malformed or unknown to the type.
  package static func decode<Parameters: Decodable>(
    _ type: Parameters.Type, from pairs: [(name: String, value: String)]
  ) throws -> Parameters {
    do {
      return try Parameters(from: FlatDecoder(pairs: pairs))
    } catch let error as DecodingError {
      throw error.problem
    }
  }
}

private func unsupported(_ codingPath: [any CodingKey]) -> EncodingError {
  .invalidValue("", .init(codingPath: codingPath, debugDescription: "parameters are flat"))
}

// MARK: - Encoding

private final class PairSink {
  var pairs: [(name: String, value: String)] = []
}

private struct FlatEncoder: Encoder {
  let sink: PairSink
  var codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
    KeyedEncodingContainer(Keyed<Key>(sink: sink))
  }
  func unkeyedContainer() -> any UnkeyedEncodingContainer { preconditionFailure("parameters are flat") }
  func singleValueContainer() -> any SingleValueEncodingContainer {
    Single(sink: sink, name: codingPath.last?.stringValue ?? "")
  }

  struct Keyed<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let sink: PairSink
    let codingPath: [any CodingKey] = []
    mutating func encodeNil(forKey key: Key) {}
    mutating func encode<T: Encodable>(_ value: T, forKey key: Key) throws {
      try value.encode(to: FlatEncoder(sink: sink, codingPath: [key]))
    }
    mutating func nestedContainer<Nested: CodingKey>(
      keyedBy keyType: Nested.Type, forKey key: Key
    ) -> KeyedEncodingContainer<Nested> { preconditionFailure("parameters are flat") }
    mutating func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
      preconditionFailure("parameters are flat")
    }
    mutating func superEncoder() -> any Encoder { FlatEncoder(sink: sink) }
    mutating func superEncoder(forKey key: Key) -> any Encoder { FlatEncoder(sink: sink, codingPath: [key]) }
  }

  struct Single: SingleValueEncodingContainer {
    let sink: PairSink
    let name: String
    let codingPath: [any CodingKey] = []
    mutating func encodeNil() {}
    mutating func encode<T: Encodable>(_ value: T) throws {
      guard let text = value as? any LosslessStringConvertible else { throw unsupported(codingPath) }
      sink.pairs.append((name, text.description))
    }
  }
}

// MARK: - Decoding

private struct FlatDecoder: Decoder {
  let pairs: [(name: String, value: String)]
  var codingPath: [any CodingKey] = []
  let userInfo: [CodingUserInfoKey: Any] = [:]

  func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
    for (index, pair) in pairs.enumerated() {
      guard Key(stringValue: pair.name) != nil else {
        throw Problem.badRequest("is not a parameter of this request", field: pair.name)
      }
      if pairs[..<index].contains(where: { $0.name == pair.name }) {
        throw Problem.badRequest("is given twice", field: pair.name)
      }
    }
    return KeyedDecodingContainer(Keyed<Key>(pairs: pairs))
  }
  func unkeyedContainer() throws -> any UnkeyedDecodingContainer { throw unsupported(codingPath) }
  func singleValueContainer() throws -> any SingleValueDecodingContainer {
    Single(value: pairs.first?.value ?? "", codingPath: codingPath)
  }

  struct Keyed<Key: CodingKey>: KeyedDecodingContainerProtocol {
    let pairs: [(name: String, value: String)]
    let codingPath: [any CodingKey] = []
    var allKeys: [Key] { pairs.compactMap { Key(stringValue: $0.name) } }

    func contains(_ key: Key) -> Bool { pairs.contains { $0.name == key.stringValue } }
    func decodeNil(forKey key: Key) -> Bool { !contains(key) }
    func decode<T: Decodable>(_ type: T.Type, forKey key: Key) throws -> T {
      guard let pair = pairs.first(where: { $0.name == key.stringValue }) else {
        throw DecodingError.keyNotFound(key, .init(codingPath: [], debugDescription: ""))
      }
      return try T(from: FlatDecoder(pairs: [pair], codingPath: [key]))
    }
    func nestedContainer<Nested: CodingKey>(
      keyedBy type: Nested.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<Nested> { throw unsupported([key]) }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer { throw unsupported([key]) }
    func superDecoder() throws -> any Decoder { throw unsupported([]) }
    func superDecoder(forKey key: Key) throws -> any Decoder { throw unsupported([key]) }
  }

  struct Single: SingleValueDecodingContainer {
    let value: String
    let codingPath: [any CodingKey]

    func decodeNil() -> Bool { false }
    func decode<T: Decodable>(_ type: T.Type) throws -> T {
      guard let lossless = type as? any LosslessStringConvertible.Type else { throw unsupported(codingPath) }
      guard let decoded = lossless.init(value) as? T else {
        throw DecodingError.typeMismatch(type, .init(codingPath: codingPath, debugDescription: ""))
      }
      return decoded
    }
  }
}
