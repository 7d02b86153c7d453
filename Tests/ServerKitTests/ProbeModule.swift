import ClientKit
import Contract
import Foundation
import Logging
import NIOCore
import ServerKit
import ServiceLifecycle
import Synchronization
import TestKit

/// A small service with one endpoint of each kind.
enum ProbeModule: ServiceModule {
  static let name = "probe"

  static func make(_ context: ServiceContext) async throws -> ServiceParts {
    var parts = ServiceParts()
    parts.routes.addProbes(folder: context.dataFolder)
    return parts
  }
}

enum Probe {
  struct Path: Codable, Sendable {
    var id: TitleID
    var times: Int?
  }
  struct Note: Codable, Sendable, Equatable {
    var text: String
    var stars: Int?
  }
  struct Seen: Codable, Sendable {
    var role: String
    var account: AccountID?
    var remainingMilliseconds: Int
    var idempotencyKey: String?
    var traceID: String
    var clientAddress: String?
  }

  static let hello = Endpoint<Empty, Empty, Note>("probe.hello", .get, "/hello", access: .open, summary: "Says hello.")
  static let item = Endpoint<Path, Empty, Note>(
    "probe.item", .get, "/items/{id}", access: .viewer, summary: "One item.")
  static let write = Endpoint<Empty, Note, Note>(
    "probe.write", .post, "/items", access: .viewer, status: 201, bodyLimitBytes: 1000, summary: "Adds an item.")
  static let ways = Endpoint<Empty, Empty, Empty>(
    "probe.ways", .options, "/items", access: .open, summary: "What can be done with items.")
  static let remove = Endpoint<Path, Empty, Empty>(
    "probe.remove", .delete, "/items/{id}", access: .operator, summary: "Removes an item.")
  static let seen = Endpoint<Empty, Empty, Seen>(
    "probe.seen", .get, "/seen", access: .open, summary: "Tells what the service knows of the call.")
  static let files = Endpoint<Empty, Empty, Empty>(
    "probe.files", .get, "/files/{folder}/{file*}", access: .open, status: 200, summary: "A file's path.")
  static let upload = Endpoint<Empty, Empty, Empty>(
    "probe.upload", .put, "/uploads/{name}", access: .service, status: 200, summary: "Counts the bytes it gets.")
  static let big = Endpoint<Empty, Note, Empty>(
    "probe.big", .post, "/big", access: .open, bodyLimitBytes: 4 * 1024 * 1024, summary: "Takes a big body.")
  static let bug = Endpoint<Empty, Empty, Empty>("probe.bug", .get, "/bug", access: .open, summary: "Fails.")
  static let slow = Endpoint<Empty, Empty, Note>("probe.slow", .get, "/slow", access: .open, summary: "Takes long.")
  static let held = Endpoint<Empty, Empty, Note>(
    "probe.held", .get, "/held", access: .open, summary: "Answers once it is let go.")
  static let wait = Endpoint<Empty, Empty, Empty>("probe.wait", .get, "/wait", access: .open, summary: "Waits.")
  static let busy = Endpoint<Empty, Empty, Empty>("probe.busy", .get, "/busy", access: .open, summary: "Refuses.")
  static let stream = Endpoint<Empty, Empty, Empty>(
    "probe.stream", .get, "/stream", access: .open, status: 200, summary: "Ten chunks.")
}

extension Probe {
  /// Lets the requests to ``held`` of that service go.
  static func release(_ service: TestService, name: String = ProbeModule.name) throws {
    try Data().write(to: URL(fileURLWithPath: "\(service.home)/\(name)/released"))
  }
}

/// A bug's text, which no client may see.
struct UnexpectedError: Error {
  let secret = "sesame"
}

extension Routes {
  /// - Parameter folder: The service's own, where ``Probe/release(_:)`` leaves its word.
  mutating func addProbes(folder: String) {
    on(Probe.hello) { _ in Probe.Note(text: "hello", stars: nil) }
    on(Probe.item) { call in
      Probe.Note(text: "\(call.parameters.id)", stars: call.parameters.times)
    }
    on(Probe.write) { call in call.body }
    on(Probe.remove) { _ in Empty() }
    answer(Probe.ways) { _ in Answer(status: 204, headers: [("allow", "POST")]) }
    on(Probe.big) { _ in Empty() }
    on(Probe.bug) { _ in throw UnexpectedError() }
    on(Probe.busy) { _ in throw Problem.tooMany("Later.", retryAfterSeconds: 7) }
    on(Probe.wait, waits: true) { _ in
      try await Task.sleep(for: .milliseconds(30))
      return Empty()
    }
    on(Probe.slow) { _ in
      try await Task.sleep(for: .milliseconds(700))
      return Probe.Note(text: "slow", stars: nil)
    }
    on(Probe.held) { _ in
      try await eventually { FileManager.default.fileExists(atPath: "\(folder)/released") }
      return Probe.Note(text: "held", stars: nil)
    }
    on(Probe.seen) { call in
      let context = call.request.context
      return Probe.Seen(
        role: context.principal.role.rawValue, account: context.principal.account,
        remainingMilliseconds: context.deadline.remainingMilliseconds, idempotencyKey: context.idempotencyKey,
        traceID: context.trace.traceID, clientAddress: call.request.clientAddress?.description)
    }
    raw(Probe.files) { call in
      Answer.text(
        "\(call.parameter("folder") ?? "")|\(call.parameter("file") ?? "")", contentType: "text/plain")
    }
    raw(Probe.upload) { call in
      var count = 0
      for try await chunk in call.body { count += chunk.readableBytes }
      return Answer.text("\(count)", contentType: "text/plain")
    }
    raw(Probe.stream) { _ in
      let chunks = AsyncThrowingStream<ByteBuffer, any Error> { stream in
        for index in 0..<10 { stream.yield(ByteBuffer(string: "chunk \(index)\n")) }
        stream.finish()
      }
      return Answer(status: 200, headers: [("content-type", "text/plain")], body: .stream(length: nil, chunks))
    }
  }
}
