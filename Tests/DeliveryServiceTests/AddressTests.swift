import Contract
import DeliveryAPI
import DeliveryService
import Testing

@Suite("Media addresses")
struct AddressTests {
  private static let asset = AssetID(seed: "asset")

  @Test("A plain address names token, asset and file")
  func plain() throws {
    let address = try #require(MediaAddress(target: "/media/m1.abc/\(Self.asset)/video/720p/seg-0001.m4s?CMCD=bl%3D1"))
    #expect(address.token == "m1.abc")
    #expect(address.asset == Self.asset)
    #expect(address.file.parts == ["video", "720p", "seg-0001.m4s"])
  }

  @Test("The addresses that playback makes are those the endpoints answer")
  func endpoints() {
    let file = "video/init.mp4"
    let fields = [("token", "m1.abc"), ("asset", Self.asset.description), ("file", file)]
    let address = MediaLayout.mediaPath(token: "m1.abc", asset: Self.asset, file: file)
    #expect(DeliveryEndpoints.media.path.expand(fields) == address)
    #expect(DeliveryEndpoints.mediaHead.path == DeliveryEndpoints.media.path)
    #expect(
      DeliveryEndpoints.artwork.path.expand([("asset", Self.asset.description), ("file", MediaLayout.poster)])
        == MediaLayout.artworkPath(asset: Self.asset, file: MediaLayout.poster))
  }

  static let traversals = [
    "..", "../x", "a/../b", "a/..", "./a", "a/./b", ".hidden", "a/.hidden", "", "a//b", "/a", "a/", "//", "%2e%2e/x",
    "%2E%2E%2Fx", "..%2fx", "a%2fb", "a%00.m4s", "a\u{0}b", "a\\b", "..\\x", "%5c..%5cx", "%252e%252e/x", "..;/x",
    "a;b", "a:b", "~root", "a b", "ä.m4s", "．．/x", "\u{2025}/x", "a?b/../../c".replacing("?", with: "%3f"), "*",
    "$HOME",
    "a/b/c/d/e/f/g", String(repeating: "a", count: 129), String(repeating: "a/", count: 600) + "b", "a\nb", "a\r\nb",
    "....//x", "..././x", "%c0%ae%c0%ae/x", "%uff0e%uff0e/x", "file%20name", "a#b", "a&b", "'a'", "\"a\"", "a|b", "`a`",
  ]

  @Test("No address that is not plain names a file", arguments: traversals)
  func traversal(_ file: String) {
    #expect(MediaAddress(target: "/media/token/\(Self.asset)/\(file)") == nil)
    #expect(ArtworkAddress(target: "/artwork/\(Self.asset)/\(file)") == nil)
  }

  @Test("An asset's id has one spelling")
  func asset() {
    let id = Self.asset.description
    for wrong in [
      id.uppercased(), String(id.dropLast()), id + "0", "..", ".", "", "ttl" + id.dropFirst(3), "%61" + id.dropFirst(),
    ] {
      #expect(MediaAddress(target: "/media/token/\(wrong)/a.m4s") == nil)
    }
  }

  @Test("Artwork is the poster, and nothing that needs a media token")
  func artwork() {
    #expect(ArtworkAddress(target: "/artwork/\(Self.asset)/poster.jpg") != nil)
    #expect(ArtworkAddress(target: "/artwork/\(Self.asset)/poster.jpg?v=2") != nil)
    for file in ["master.m3u8", "storyboard.vtt", "video/init.mp4", "poster.jpg/x", "x/poster.jpg", "POSTER.JPG"] {
      #expect(ArtworkAddress(target: "/artwork/\(Self.asset)/\(file)") == nil)
    }
  }

  @Test("Files have the media types players ask for")
  func mediaTypes() {
    let expected = [
      "master.m3u8": "application/vnd.apple.mpegurl", "manifest.mpd": "application/dash+xml", "init.mp4": "video/mp4",
      "1.m4s": "video/iso.segment", "en.vtt": "text/vtt; charset=utf-8", "poster.jpg": "image/jpeg",
      "A.JPG": "image/jpeg", "x": "application/octet-stream", "m3u8": "application/octet-stream",
    ]
    for (name, type) in expected { #expect(MediaType(fileName: name).contentType == type) }
    #expect(MediaType(fileName: "a.m3u8").isManifest && MediaType(fileName: "a.mpd").isManifest)
    #expect(!MediaType(fileName: "a.m4s").isManifest)
  }
}

@Suite("Entity tags")
struct EntityTagTests {
  private let tag = EntityTag(lengthBytes: 1000, modifiedNanoseconds: 1_800_000_000_000_000_001, inode: 77)

  @Test("A tag changes with length, time and file")
  func strong() {
    #expect(tag != EntityTag(lengthBytes: 1001, modifiedNanoseconds: 1_800_000_000_000_000_001, inode: 77))
    #expect(tag != EntityTag(lengthBytes: 1000, modifiedNanoseconds: 1_800_000_000_000_000_002, inode: 77))
    #expect(tag != EntityTag(lengthBytes: 1000, modifiedNanoseconds: 1_800_000_000_000_000_001, inode: 78))
  }

  @Test("If-None-Match compares weakly, If-Range strongly")
  func comparison() {
    #expect(tag.isNamed(in: "\(tag)") && tag.isNamed(in: "*") && tag.isNamed(in: "W/\(tag)"))
    #expect(tag.isNamed(in: "\"other\" , \(tag)") && !tag.isNamed(in: "\"other\"") && !tag.isNamed(in: ""))
    #expect(tag.satisfies(ifRange: "\(tag)") && !tag.satisfies(ifRange: "W/\(tag)"))
    #expect(!tag.satisfies(ifRange: "Wed, 21 Oct 2015 07:28:00 GMT"))
  }
}

@Suite("Ended sessions")
struct EndedSessionTests {
  private let now = Timestamp(milliseconds: 1_800_000_000_000)
  private func session(_ number: Int) -> PlaybackSessionID { PlaybackSessionID(seed: "\(number)") }

  @Test("A session is remembered until its tokens expire, and no more than the limit at once")
  func bounded() {
    let ended = EndedSessions(limit: 2000)
    for number in 0..<10_000 {
      ended.insert(session(number), mediaExpiresAt: now.adding(seconds: Double(number + 1)), now: now)
      #expect(ended.contains(session(number)))
      #expect(ended.count <= 2000)
    }
    #expect(!ended.contains(session(0)), "those that expire first are the first to go")
  }

  @Test("What has expired is not remembered at all")
  func expired() {
    let ended = EndedSessions(limit: 2000)
    ended.insert(session(1), mediaExpiresAt: now, now: now)
    #expect(ended.count == 0)
    for number in 0..<1500 { ended.insert(session(number), mediaExpiresAt: now.adding(seconds: 1), now: now) }
    ended.insert(session(9999), mediaExpiresAt: now.adding(seconds: 100), now: now.adding(seconds: 50))
    ended.replace(with: [session(7): now.adding(seconds: 100), session(8): now], now: now.adding(seconds: 50))
    #expect(ended.count == 1 && ended.contains(session(7)))
  }
}
