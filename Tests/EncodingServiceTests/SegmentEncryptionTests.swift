import Contract
import EncodingAPI
import SecurityKit
import Testing

@testable import EncoderService
@testable import EncodingService

@Suite("Encryption of segments and samples")
struct SegmentEncryptionTests {
  private static let key: ContentKey? = ContentKeyID(Array(0..<16)).flatMap {
    ContentKey(id: $0, scheme: .aes128, bytes: Array(16..<32))
  }

  private static let playlist = """
    #EXTM3U
    #EXT-X-VERSION:6
    #EXT-X-TARGETDURATION:3
    #EXT-X-MAP:URI="init.mp4"
    #EXTINF:2.000,
    00001.m4s
    #EXTINF:1.500,
    #EXT-X-PROGRAM-DATE-TIME:2026-01-01T00:00:00Z
    00002.m4s
    #EXT-X-ENDLIST

    """

  @Test("Each segment has its key before it, the initialisation section none")
  func playlists() throws {
    let encryption = SegmentEncryption(key: try #require(Self.key))
    let (text, segments) = encryption.encrypted(Self.playlist, at: "video/360p/playlist.m3u8")
    let lines = text.split(separator: "\n").map(String.init)
    let uri = "URI=\"../../keys/000102030405060708090a0b0c0d0e0f\""
    #expect(lines[3] == "#EXT-X-MAP:URI=\"init.mp4\"")
    #expect(lines[4] == "#EXT-X-KEY:METHOD=AES-128,\(uri),IV=0x\(segments[0].vector)")
    #expect(lines[5...6] == ["#EXTINF:2.000,", "00001.m4s"])
    #expect(lines[7] == "#EXT-X-KEY:METHOD=AES-128,\(uri),IV=0x\(segments[1].vector)")
    #expect(lines.suffix(2) == ["00002.m4s", "#EXT-X-ENDLIST"])
    #expect(segments.map(\.file) == ["video/360p/00001.m4s", "video/360p/00002.m4s"])
    #expect(segments.allSatisfy { $0.vector.utf8.count == 32 } && segments[0].vector != segments[1].vector)
    #expect(HLSMediaPlaylist(text).segments == HLSMediaPlaylist(Self.playlist).segments)
  }

  @Test("The master loses its I-frame playlists and leaves room for padding")
  func masters() throws {
    let encryption = SegmentEncryption(key: try #require(Self.key))
    let master = encryption.master(
      """
      #EXTM3U
      #EXT-X-STREAM-INF:BANDWIDTH=1000,AVERAGE-BANDWIDTH=900,RESOLUTION=640x360
      video/360p/playlist.m3u8
      #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=70,URI="video/360p/iframes.m3u8"
      """)
    #expect(
      master == """
        #EXTM3U
        #EXT-X-STREAM-INF:BANDWIDTH=1256,AVERAGE-BANDWIDTH=1156,RESOLUTION=640x360
        video/360p/playlist.m3u8
        """)
  }

  @Test("No key is among arguments, nor in what a key or a lease prints")
  func unseen() throws {
    let key = try #require(Self.key)
    let digits = HexBytes.text(key.bytes)
    let arguments =
      SampleEncryption(key: key).arguments(secretPath: "/secret")
      + SegmentEncryption(key: key).arguments(secretPath: "/secret", list: "l", from: "a", to: "b")
    #expect(!arguments.joined(separator: " ").contains(digits))
    var lease = TaskLease(
      task: EncodingTaskID(seed: "t"), job: JobID(seed: "j"), token: 1, attempt: 1, leaseSeconds: 1,
      work: TaskWork(kind: .encrypt, source: SourceFile(path: "/film", fingerprint: "f")), inputs: [])
    lease.contentKey = key
    var dumped = ""
    dump(lease, to: &dumped)
    #expect(!"\(lease) \(key) \(String(reflecting: key)) \(dumped)".contains(digits))
    // But the same work under another key is another output.
    let name = try OutputKey.name(of: lease, toolVersion: "1")
    #expect(!name.contains(digits))
    lease.contentKey = ContentKeyID(Array(1..<17)).flatMap { ContentKey(id: $0, scheme: .aes128, bytes: key.bytes) }
    #expect(try OutputKey.name(of: lease, toolVersion: "1") != name)
  }

  @Test("An encrypted film is checked in the clear, encrypted last, and never published early")
  func graph() throws {
    let facts = SourceFacts(
      container: "mov,mp4", videoCodec: "h264", width: 640, height: 360, frameRate: FrameRate(25), frameCount: 5000,
      firstPictureSeconds: 0, conformReason: nil, isInterlaced: false, audio: [])
    let parameters = JobPlan.Parameters(isProgressive: true).with(JobOptions { $0.encryption = .cbcs })
    let plan = JobPlan(
      source: SourceFile(path: "/film", fingerprint: "f"), facts: facts, conformedFrames: nil,
      asset: AssetID(seed: "a"), parameters: parameters)
    let kinds = plan.tasks.map(\.work.kind)
    #expect(kinds.suffix(2) == [.encrypt, .publish] && !kinds.contains(.preview))
    let check = try #require(kinds.firstIndex(of: .check))
    #expect(plan.tasks[kinds.count - 2].needs.contains(check))
    #expect(plan.film.encryption == .cbcs && plan.tasks[kinds.count - 2].work.asset == AssetID(seed: "a"))
    #expect(plan.tasks[kinds.count - 1].needs.contains(kinds.count - 2))
    #expect(!plan.tasks[kinds.count - 1].needs.contains(check))
    #expect(throws: EncodingError.self) {
      try JobOptions {
        $0.encryption = .cbcs
        $0.progressive = true
      }.refuseImpossible()
    }
  }
}
