import Testing

@testable import Contract

@Suite struct NetworkAddressTests {
  @Test(
    "An address reads the same however it is written",
    arguments: [
      ("192.0.2.7", "192.0.2.7"), ("::ffff:192.0.2.7", "192.0.2.7"), ("2001:DB8:0:0::7", "2001:db8::7"), ("::1", "::1"),
    ])
  func spelling(text: String, expected: String) throws {
    #expect(NetworkAddress(text)?.description == expected)
  }

  @Test(
    "What is not one address is none",
    arguments: [
      "", " 192.0.2.7", "192.0.2.7 ", "192.0.2", "192.0.2.256", "0x7f.1", "192.0.2.7,10.0.0.1", "[::1]", "::1%lo",
      "::1\0",
      "localhost", "2001:db8::7/48", String(repeating: "1", count: 100_000),
    ])
  func malformed(text: String) {
    #expect(NetworkAddress(text) == nil)
  }

  @Test("A place is coarse: 24 bits of IPv4, 48 of IPv6; limits count an IPv4 address, and 64 bits of IPv6")
  func networks() throws {
    let four = try #require(NetworkAddress("203.0.113.77"))
    #expect(four.network == "203.0.113.0/24")
    #expect(four.site == "203.0.113.77")
    let six = try #require(NetworkAddress("2001:db8:7:8:9:a:b:c"))
    #expect(six.network == "2001:db8:7::/48")
    #expect(six.site == "2001:db8:7:8::/64")
    #expect(NetworkAddress("2001:db8:7:8::1")?.site == six.site)
    #expect(NetworkAddress("2001:db8:7:9::1")?.site != six.site)
  }
}
