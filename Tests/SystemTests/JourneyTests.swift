import Contract
import Foundation
import TestKit
import Testing

/// Real processes, real sockets, real ffmpeg. One after the other: they share two cores.
@Suite(.serialized) struct SystemTests {}

extension SystemTests {
  @Suite struct JourneyTests {
    @Test("From a film file to a watched stream", .timeLimit(.minutes(6)))
    func journey() async throws {
      let stack = try await SharedStack.instance.stack()
      let viewer = try await Viewer.signUp(at: stack.address)
      let home = "/v1/profiles/\(viewer.profile)/home"

      let empty = try await viewer.client.get(home)
      #expect(empty.status == 200)
      #expect(empty.json["degraded"].items.isEmpty)

      // A film file is taken in; its progress is seen to grow until it plays.
      let footage = try await Footage.make(in: stack.home + "/sources", name: "journey.mp4")
      let film = try await Film.submit(footage, named: "The Journey", on: stack)
      let studio = try await stack.studio()
      var progress: [Double] = []
      try await eventually(within: .seconds(150)) {
        let job = try await studio.get("/v1/studio/jobs/\(film.job)")
        try #require(job.json["state"].text != "failed", "\(job.json)")
        if let value = job.json["progress"].number, value != progress.last { progress.append(value) }
        return job.json["state"].text == "succeeded"
      }
      #expect(progress == progress.sorted())
      #expect(progress.count >= 3)
      #expect(progress.last == 1)

      // The title becomes playable by event.
      let titlePage = "/v1/profiles/\(viewer.profile)/titles/\(film.title)"
      try await eventually { try await viewer.client.get(titlePage).json["playable"].bool == true }

      // What plays is what went in.
      let started = try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions",
        json: #"{"titleId":"\#(film.title)","device":{"kind":"web","maxHeight":1080}}"#)
      #expect(started.status == 201)
      let session = try #require(started.json["id"].text)
      #expect(started.json["resumeAtSeconds"].number == 0)
      let hls = stack.address + (try #require(started.json["manifests"]["hls"].text))
      let dash = stack.address + (try #require(started.json["manifests"]["dash"].text))
      #expect(try await Probe.frames(of: hls) == footage.frames)
      #expect(try await Probe.frames(of: dash) == footage.frames)
      #expect(try await Probe.hasSound(hls))
      let cuts = try await Probe.cuts(in: hls)
      let sourceCuts = try await Probe.cuts(in: footage.path)
      #expect(sourceCuts.count == footage.cuts.count)
      #expect(cuts.count == footage.cuts.count)
      // The sound's priming may shift the whole by 1,024 samples (21 ms): less than a picture.
      for (cut, sourceCut) in zip(cuts, sourceCuts) { #expect(abs(cut - sourceCut) < 0.03) }

      // Watching is remembered to the second, on the home page too.
      for (position, state) in [(0.5, "playing"), (4.2, "playing"), (6.48, "paused")] {
        let beat = try await viewer.client.post(
          "/v1/playback-sessions/\(session)/heartbeats", json: #"{"positionSeconds":\#(position),"state":"\#(state)"}"#)
        #expect(beat.status == 200)
        #expect(beat.json["action"].text == "continue")
      }
      try await eventually {
        let row = try await viewer.client.get(home).json["rows"].items.first { $0["kind"].text == "continueWatching" }
        let card = row?["cards"].items.first { $0["titleId"].text == film.title }
        return card?["resume"]["positionSeconds"].number == 6.48
      }
      let again = try await viewer.client.post(
        "/v1/profiles/\(viewer.profile)/playback-sessions",
        json: #"{"titleId":"\#(film.title)","device":{"kind":"web"}}"#)
      #expect(again.json["resumeAtSeconds"].number == 6.48)
    }

    @Test("A film sent through the gateway in one piece becomes a job's source", .timeLimit(.minutes(3)))
    func upload() async throws {
      let stack = try await SharedStack.instance.stack()
      let studio = try await stack.studio()
      let footage = try await Footage.make(in: stack.home + "/sources", name: "upload.mp4", seconds: 4)
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: footage.path)))
      let uploaded = try await studio.send(
        .post, "/v1/studio/uploads?name=upload.mp4", body: bytes,
        headers: [("content-type", "application/octet-stream")])
      #expect(uploaded.status == 201)
      #expect(uploaded.json["bytes"].number == Double(bytes.count))
      let upload = try #require(uploaded.json["id"].text)
      let title = try await studio.post("/v1/studio/titles", json: #"{"name":"Uploaded","year":2026,"maturity":"all"}"#)
      let job = try await studio.post(
        "/v1/studio/jobs",
        json: #"{"titleId":"\#(try #require(title.json["id"].text))","source":{"uploadId":"\#(upload)"}}"#)
      #expect(job.status == 201)
      let id = try #require(job.json["id"].text)
      try await eventually(within: .seconds(100)) {
        try await studio.get("/v1/studio/jobs/\(id)").json["state"].text == "succeeded"
      }
    }

    @Test("Every service's metrics pass promtool", .enabled(if: Shell.isAvailable("promtool")))
    func metrics() async throws {
      let stack = try await SharedStack.instance.stack()
      for service in RunningStack.services {
        let answer = try await PublicClient(address: stack.address(of: service)).get("/metrics")
        #expect(answer.status == 200)
        let check = try await Shell.run(["promtool", "check", "metrics"], input: answer.body)
        #expect(check.status == 0, "\(service): \(check.output)")
      }
    }

    @Test("No service behind the gateway answers an unsigned call")
    func unsigned() async throws {
      let stack = try await SharedStack.instance.stack()
      let calls = [
        ("accounts", "/v1/account"), ("catalog", "/v1/studio/titles"), ("encoding", "/v1/studio/jobs"),
        ("playback", "/internal/events"), ("recommendations", "/internal/events"), ("bus", "/v1/studio/dead-letters"),
      ]
      for (service, path) in calls {
        let client = PublicClient(address: stack.address(of: service))
        #expect(try await client.get(path).status == 401, "\(service) \(path)")
        let forged = [(name: "authorization", value: "Internal v1.\(service).service.x.9999999999.AAAA")]
        #expect(try await client.get(path, headers: forged).status == 401, "\(service) \(path) forged")
      }
    }
  }
}
