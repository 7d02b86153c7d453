import Foundation

/// The address of a client, IPv4 or IPv6, the same however it was written: an IPv4 address mapped into IPv6 is the
/// IPv4 one.
package struct NetworkAddress: Sendable, Hashable, LosslessStringConvertible {
  /// How the gateway tells services where a request comes from. A client's own header of this name is dropped.
  package static let header = "x-client-address"

  /// The sixteen bytes of IPv6, in order; IPv4 in its mapped form.
  private let high: UInt64
  private let low: UInt64

  private static let mappedPrefix: UInt64 = 0xFFFF

  private init(high: UInt64, low: UInt64) {
    self.high = high
    self.low = low
  }

  /// Nil where `text` is not one address and nothing else.
  package init?(_ text: String) {
    guard text.utf8.count <= 45, !text.utf8.contains(0) else { return nil }
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      self.init(high: 0, low: Self.mappedPrefix << 32 | UInt64(UInt32(bigEndian: four.s_addr)))
      return
    }
    var six = in6_addr()
    guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
    let bytes = withUnsafeBytes(of: six) { Array($0) }
    func number(_ half: ArraySlice<UInt8>) -> UInt64 { half.reduce(0) { $0 << 8 | UInt64($1) } }
    self.init(high: number(bytes[..<8]), low: number(bytes[8...]))
  }

  package var isIPv4: Bool { high == 0 && low >> 32 == Self.mappedPrefix }

  package var description: String {
    var text = [CChar](repeating: 0, count: 46)
    if isIPv4 {
      var four = in_addr(s_addr: UInt32(truncatingIfNeeded: low).bigEndian)
      inet_ntop(AF_INET, &four, &text, 46)
    } else {
      var six = in6_addr()
      withUnsafeMutableBytes(of: &six) { bytes in
        bytes.storeBytes(of: high.bigEndian, as: UInt64.self)
        bytes.storeBytes(of: low.bigEndian, toByteOffset: 8, as: UInt64.self)
      }
      inet_ntop(AF_INET6, &six, &text, 46)
    }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  /// The network it is in, coarse enough to be shown and kept: `203.0.113.0/24`, `2001:db8:7::/48`.
  package var network: String {
    isIPv4
      ? "\(NetworkAddress(high: high, low: low & ~0xFF))/24"
      : "\(NetworkAddress(high: high & ~0xFFFF, low: 0))/48"
  }

  /// What one caller has to himself, by which limits count: an IPv4 address, or the 64-bit prefix that IPv6 gives to
  /// each of its customers.
  package var site: String { isIPv4 ? description : "\(NetworkAddress(high: high, low: 0))/64" }
}
