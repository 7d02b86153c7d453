/// W3C trace context: which trace a call belongs to and which span made it.
package struct TraceContext: Sendable, Hashable {
  private let traceHigh: UInt64
  private let traceLow: UInt64
  private let span: UInt64
  package let isSampled: Bool

  /// The root of a new trace.
  package static func root(isSampled: Bool = false) -> TraceContext {
    TraceContext(
      traceHigh: .random(in: 1 ... .max), traceLow: .random(in: 0 ... .max), span: .random(in: 1 ... .max),
      isSampled: isSampled)
  }

  /// The same trace, one span deeper.
  package func child() -> TraceContext {
    TraceContext(traceHigh: traceHigh, traceLow: traceLow, span: .random(in: 1 ... .max), isSampled: isSampled)
  }

  private init(traceHigh: UInt64, traceLow: UInt64, span: UInt64, isSampled: Bool) {
    self.traceHigh = traceHigh
    self.traceLow = traceLow
    self.span = span
    self.isSampled = isSampled
  }

  /// 32 hexadecimal digits.
  package var traceID: String { Hex.text(traceHigh) + Hex.text(traceLow) }

  /// 16 hexadecimal digits.
  package var spanID: String { Hex.text(span) }

  /// The `traceparent` header of a call made from this span.
  package var traceparent: String { "00-\(traceID)-\(spanID)-\(isSampled ? "01" : "00")" }

  /// Reads a `traceparent` header of version 00; anything else is no context.
  package init?(traceparent: String) {
    let bytes = Array(traceparent.utf8)
    guard bytes.count == 55, bytes.starts(with: "00-".utf8), bytes[35] == 45, bytes[52] == 45,
      let high = Hex.value(bytes[3..<19]), let low = Hex.value(bytes[19..<35]),
      let span = Hex.value(bytes[36..<52]), let flags = Hex.value(bytes[53..<55]),
      high | low != 0, span != 0
    else { return nil }
    self.init(traceHigh: high, traceLow: low, span: span, isSampled: flags & 1 == 1)
  }
}

/// Fixed-width lower-case hexadecimal.
package enum Hex {
  private static let digits = Array("0123456789abcdef".utf8)

  package static func text(_ value: UInt64) -> String {
    String(unsafeUninitializedCapacity: 16) { buffer in
      for index in 0..<16 { buffer[index] = digits[Int(value >> UInt64((15 - index) * 4) & 15)] }
      return 16
    }
  }

  /// Up to 16 lower-case digits.
  package static func value(_ bytes: some Collection<UInt8>) -> UInt64? {
    guard bytes.count <= 16 else { return nil }
    var value: UInt64 = 0
    for byte in bytes {
      switch byte {
      case 48...57: value = value << 4 | UInt64(byte - 48)
      case 97...102: value = value << 4 | UInt64(byte - 87)
      default: return nil
      }
    }
    return value
  }
}
