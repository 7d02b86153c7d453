import Contract
import Foundation
import TestKit
import Testing

extension SystemTests {
  /// Uploads through the real gateway by a tus client that is not ours, with processes killed under it.
  @Suite struct UploadTests {
    @Test(
      "tuspy gets a film through kills of encoding and gateway, and an encoder without that disk makes it playable",
      .enabled(if: Tuspy.isPresent, "needs a python3 with tuspy: run deploy/test"),
      .enabled(if: SmallDisk.isPermitted, "This machine does not permit mount namespaces."), .timeLimit(.minutes(6)))
    func tuspy() async throws {
      let stack = try await RunningStack.start(hidden: ["encoder": "encoding"])
      defer { stack.stop() }
      let footage = try await Footage.make(in: stack.home, name: "film.mp4", seconds: 12)
      let length = try #require(try FileManager.default.attributesOfItem(atPath: footage.path)[.size] as? Int)
      let studio = try await stack.studio()
      async let uploading = Tuspy.upload(
        footage.path, to: stack.address, token: studio.accessToken ?? "", chunkBytes: max(4096, length / 300))

      for (service, part) in [("encoding", 4), ("gateway", 2)] {
        try await eventually(within: .seconds(60)) {
          try await studio.get("/v1/studio/uploads").json["items"][0]["offsetBytes"].number ?? 0 > Double(length / part)
        }
        try await stack.kill(service)
        try stack.launch(service)
        try await stack.waitUntilReady(service)
      }
      let address = try await uploading
      let upload = try await studio.get(address).json
      #expect(upload["state"].text == "complete" && upload["bytes"].number == Double(length))
      #expect(upload["name"].text == "Ünïcode/../film.mp4")
      let sum = try await Shell.run(["sha256sum", footage.path])
      #expect(sum.output.hasPrefix(upload["sha256"].text ?? "?"))

      let title = try await studio.post(
        "/v1/studio/titles",
        json: #"{"name":"Sent","year":2026,"maturity":"all","genres":["test"],"synopsis":"Made for a test."}"#)
      let id = try #require(title.json["id"].text)
      let job = try await studio.post(
        "/v1/studio/jobs", json: #"{"titleId":"\#(id)","source":{"uploadId":"\#(upload["id"].text ?? "")"}}"#)
      #expect(job.status == 201)
      let film = Film(title: id, job: try #require(job.json["id"].text), footage: footage)
      try await film.waitUntilDone(on: stack)
      let refused = try await studio.send(.delete, "/v1/studio/uploads/upl_x")
      #expect(refused.status == 422)
      #expect(try await studio.send(.delete, address).status == 204)
    }

    @Test("The gateway tells what is spoken, and keeps tus's headers both ways", .timeLimit(.minutes(2)))
    func headers() async throws {
      let stack = try await SharedStack.instance.stack()
      let studio = try await stack.studio()
      let options = try await PublicClient(address: stack.address).send(.options, "/v1/studio/uploads")
      #expect(options.status == 204 && options.header("tus-version") == "1.0.0")
      #expect(options.header("tus-extension")?.contains("termination") == true)
      #expect(options.header("tus-max-size") != nil && options.header("tus-checksum-algorithm") == "sha1,sha256")
      let tus = [("tus-resumable", "1.0.0")]
      let made = try await studio.send(.post, "/v1/studio/uploads", headers: tus + [("upload-length", "9")])
      let address = try #require(made.header("location"))
      #expect(made.status == 201 && made.header("upload-expires")?.hasSuffix("GMT") == true)
      let stream = tus + [("content-type", "application/offset+octet-stream"), ("upload-offset", "0")]
      let bad = try await studio.send(
        .patch, address, body: [1, 2, 3], headers: stream + [("upload-checksum", "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=")])
      #expect(bad.status == 460 && bad.header("tus-resumable") == "1.0.0")
      let more = try await studio.send(.patch, address, body: [1, 2, 3], headers: stream)
      #expect(more.status == 204 && more.header("upload-offset") == "3")
      let head = try await studio.send(.head, address, headers: tus)
      #expect(head.header("upload-offset") == "3" && head.header("upload-length") == "9")
      #expect(try await studio.send(.head, address, headers: [("tus-resumable", "0.1")]).status == 412)
      #expect(try await studio.send(.delete, address, headers: tus).status == 204)
      #expect(try await studio.send(.head, address, headers: tus).status == 404)
    }

    @Test(
      "A disk that fills in mid-upload answers 507, keeps what was acknowledged, and takes the rest once it can",
      .enabled(if: SmallDisk.isPermitted, "This machine does not permit mount namespaces."), .timeLimit(.minutes(3)))
    func fullDisk() async throws {
      let stack = try await RunningStack.start(
        environment: ["MATINEE_ENCODING_RESERVE_BYTES": "0"], smallDisks: ["encoding": 24 << 20])
      defer { stack.stop() }
      let studio = try await stack.studio()
      let tus = [("tus-resumable", "1.0.0")]
      let folder = try #require(stack.dataFolder(of: "encoding"))
      let over = try await studio.send(.post, "/v1/studio/uploads", headers: tus + [("upload-length", "\(64 << 20)")])
      #expect(over.status == 507)
      let film = (0..<8 << 20).map { UInt8(truncatingIfNeeded: ($0 &* 31) >> 5) }
      let made = try await studio.send(
        .post, "/v1/studio/uploads", headers: tus + [("upload-length", "\(film.count)")])
      let address = try #require(made.header("location"))
      func send(_ range: Range<Int>) async throws -> PublicClient.Answer {
        try await studio.send(
          .patch, address, body: Array(film[range]),
          headers: tus + [
            ("content-type", "application/offset+octet-stream"), ("upload-offset", "\(range.lowerBound)"),
          ])
      }
      func offset() async throws -> Int? {
        try await studio.send(.head, address, headers: tus).header("upload-offset").flatMap { Int($0) }
      }
      #expect(try await send(0..<3 << 20).status == 204)
      let ballast = try SmallDisk.fill(folder)
      let full = try await send(3 << 20..<8 << 20)
      #expect(full.status == 507, "\(full.json)")
      let kept = try #require(try await offset())
      #expect(kept >= 3 << 20)
      try FileManager.default.removeItem(atPath: ballast)
      try await eventually(within: .seconds(20)) {
        let from = try #require(try await offset())
        return try await send(from..<film.count).status == 204
      }
      let whole = try await studio.get(address).json
      let sum = try await Shell.run(["sha256sum"], input: film)
      #expect(whole["state"].text == "complete" && sum.output.hasPrefix(whole["sha256"].text ?? "?"))
    }
  }
}

/// The reference client of tus for Python.
private enum Tuspy {
  static let isPresent: Bool = {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3", "-c", "import tusclient.client"]
    process.standardError = FileHandle.nullDevice
    try? process.run()
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  /// Uploads a file with a checksum for each chunk, going on after every failure; answers the upload's path.
  static func upload(_ file: String, to address: String, token: String, chunkBytes: Int) async throws -> String {
    let command = [
      "python3", "-c",
      """
      import sys
      from urllib.parse import urlparse
      from tusclient import client
      file, address, token, chunk = sys.argv[1:5]
      tus = client.TusClient(address + "/v1/studio/uploads", headers={"Authorization": "Bearer " + token})
      uploader = tus.uploader(file, chunk_size=int(chunk), retries=200, retry_delay=0.1, upload_checksum=True,
                              metadata={"filename": "Ünïcode/../film.mp4"})
      uploader.upload()
      print(urlparse(uploader.url).path)
      """, file, address, token, "\(chunkBytes)",
    ]
    let result = try await Shell.run(command)
    guard result.status == 0 else { throw ShellError.failed(command, result.output) }
    return result.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
