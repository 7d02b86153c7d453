import Contract
import DeliveryService
import Foundation
import TestKit
import Testing

@Suite("Delivering files")
struct MediaRouteTests {
  @Test("A playlist that grows is asked for anew each time, and has another tag when it has grown")
  func growingPlaylist() async throws {
    try await withDelivery { stage in
      let beginning = "#EXTM3U\n#EXT-X-PLAYLIST-TYPE:EVENT\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:4.000,\n00001.m4s\n"
      try stage.write(Array(beginning.utf8), to: "video/720p/playlist.m3u8")
      let first = try await stage.fetch(stage.address("video/720p/playlist.m3u8"))
      #expect(first.header("cache-control") == "private, no-cache")
      let tag = try #require(first.header("etag"))
      let same = try await stage.fetch(
        stage.address("video/720p/playlist.m3u8"), as: .anonymous, [("if-none-match", tag)])
      #expect(same.status == 304 && same.header("cache-control") == "private, no-cache")
      let whole = beginning + "#EXTINF:4.000,\n00002.m4s\n#EXT-X-ENDLIST\n"
      try stage.write(Array(whole.utf8), to: "video/720p/next.m3u8")
      try #require(
        rename("\(stage.folder)/video/720p/next.m3u8", "\(stage.folder)/video/720p/playlist.m3u8") == 0)
      let last = try await stage.fetch(
        stage.address("video/720p/playlist.m3u8"), as: .anonymous, [("if-none-match", tag)])
      #expect(last.status == 200 && last.header("etag") != tag)
      #expect(last.header("cache-control") == "private, max-age=5")
    }
  }

  @Test("A whole file comes with its type, its validator and how long it may be kept")
  func whole() async throws {
    try await withDelivery { stage async throws in
      let answer = try await stage.segment()
      #expect(answer.status == 200 && answer.body == DeliveryStage.segment)
      #expect(answer.header("content-type") == "video/iso.segment")
      #expect(answer.header("cache-control") == "private, max-age=31536000, immutable")
      #expect(answer.header("accept-ranges") == "bytes" && answer.header("content-range") == nil)
      #expect(answer.header("access-control-expose-headers")?.contains("Content-Range") == true)
      let manifest = try await stage.fetch(stage.address("master.m3u8"))
      #expect(manifest.body == DeliveryStage.manifest)
      #expect(manifest.header("content-type") == "application/vnd.apple.mpegurl")
      #expect(manifest.header("cache-control") == "private, max-age=5")
      let empty = try await stage.fetch(stage.address("empty.vtt"))
      #expect(empty.status == 200 && empty.body.isEmpty)
    }
  }

  static let last = DeliveryStage.segment.count - 1

  @Test(
    "A range gives those bytes and says which",
    arguments: [
      ("bytes=0-0", 0...0), ("bytes=0-65535", 0...65535), ("bytes=99999-", 99999...99999),
      ("bytes=50000-1000000", 50000...last), ("bytes=-10", (last - 9)...last), ("bytes=0-", 0...last),
      ("bytes=-1000000", 0...last),
    ])
  func ranges(_ header: String, _ expected: ClosedRange<Int>) async throws {
    try await withDelivery { stage async throws in
      let answer = try await stage.segment([("range", header)])
      #expect(answer.status == 206)
      #expect(answer.body == Array(DeliveryStage.segment[expected]))
      #expect(
        answer.header("content-range")
          == "bytes \(expected.lowerBound)-\(expected.upperBound)/\(DeliveryStage.segment.count)")
      #expect(answer.header("content-length") == "\(expected.count)")
    }
  }

  @Test("The same bytes come whatever the size of the chunks", arguments: [4, 64, 256])
  func chunks(_ kibibytes: Int) async throws {
    try await withDelivery(settings: ["DELIVERY_CHUNK_KIBIBYTES": "\(kibibytes)"]) { stage async throws in
      #expect(try await stage.segment().body == DeliveryStage.segment)
      let part = try await stage.segment([("range", "bytes=1000-90000")])
      #expect(part.body == Array(DeliveryStage.segment[1000...90000]))
    }
  }

  @Test("A range outside the file is 416 and says how long it is; several ranges give the whole file")
  func unsatisfiable() async throws {
    try await withDelivery { stage async throws in
      let answer = try await stage.segment([("range", "bytes=100000-")])
      #expect(answer.status == 416 && answer.header("content-range") == "bytes */100000" && answer.body.isEmpty)
      let several = try await stage.segment([("range", "bytes=0-1,5-6")])
      #expect(several.status == 200 && several.body == DeliveryStage.segment)
    }
  }

  @Test("Validators save the bytes when nothing has changed, and a range when something has")
  func validators() async throws {
    try await withDelivery { stage async throws in
      let tag = try #require(try await stage.segment().header("etag"))
      #expect(tag.hasPrefix("\"") && tag.hasSuffix("\""), "strong")
      let same = try await stage.segment([("if-none-match", tag)])
      #expect(same.status == 304 && same.body.isEmpty && same.header("etag") == tag)
      #expect(try await stage.segment([("if-none-match", "\"other\"")]).status == 200)
      #expect(try await stage.segment([("if-none-match", tag), ("range", "bytes=0-1")]).status == 304)
      #expect(try await stage.segment([("if-range", tag), ("range", "bytes=0-1")]).status == 206)

      let other = "\(stage.folder)/video/2.m4s"
      try Data(DeliveryStage.segment.reversed()).write(to: URL(fileURLWithPath: other))
      #expect(rename(other, "\(stage.folder)/video/1.m4s") == 0)
      let changed = try await stage.segment([("if-range", tag), ("range", "bytes=0-1")])
      #expect(changed.status == 200 && changed.body == DeliveryStage.segment.reversed())
      #expect(changed.header("etag") != tag)
    }
  }

  @Test("HEAD tells what GET would, without the bytes")
  func head() async throws {
    try await withDelivery { stage async throws in
      let get = try await stage.segment()
      let head = try await stage.fetch(stage.address("video/1.m4s"), .head, as: .anonymous, [("range", "bytes=0-1")])
      #expect(head.status == 200 && head.body.isEmpty, "Range is defined for GET alone")
      for name in ["content-length", "content-type", "etag", "accept-ranges", "cache-control"] {
        #expect(head.header(name) == get.header(name))
      }
    }
  }

  @Test("Only the poster is artwork, and only for those who are signed in")
  func artwork() async throws {
    try await withDelivery { stage async throws in
      let poster = MediaLayout.artworkPath(asset: DeliveryStage.asset, file: MediaLayout.poster)
      let seen = try await stage.fetch(poster, as: DeliveryStage.viewer)
      #expect(seen.status == 200 && seen.body == [0xFF, 0xD8] && seen.header("content-type") == "image/jpeg")
      #expect(try await stage.fetch(poster).status == 401)
      for file in ["master.m3u8", "video/1.m4s", "../\(DeliveryStage.asset)/poster.jpg", "%70oster.jpg"] {
        let target = "/artwork/\(DeliveryStage.asset)/\(file)"
        #expect(try await stage.fetch(target, as: DeliveryStage.viewer).status >= 400)
      }
      let unpublished = MediaLayout.artworkPath(asset: AssetID(seed: "none"), file: MediaLayout.poster)
      #expect(try await stage.fetch(unpublished, as: DeliveryStage.viewer).status == 404)
    }
  }
}
