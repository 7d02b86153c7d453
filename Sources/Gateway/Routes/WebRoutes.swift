import Contract
import Foundation
import NIOCore
import ServerKit

/// The page at `/` and its modules: a handful of small files, read once at start.
struct WebRoutes: Sendable {
  private struct File: Sendable {
    let bytes: ByteBuffer
    let contentType: String
    let etag: String
  }

  private static let types = [
    "html": "text/html; charset=utf-8", "css": "text/css; charset=utf-8", "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
  ]

  /// By path from the site's root.
  private let files: [String: File]

  init() throws {
    guard let folder = Bundle.module.url(forResource: "Web", withExtension: nil) else {
      throw WebFilesMissing(path: Bundle.module.bundlePath)
    }
    var files: [String: File] = [:]
    let walker = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    while let url = walker?.nextObject() as? URL {
      guard let type = Self.types[url.pathExtension], let data = FileManager.default.contents(atPath: url.path) else {
        continue
      }
      let path = String(url.path.dropFirst(folder.path.count + 1))
      files[path] = File(
        bytes: ByteBuffer(bytes: data), contentType: type, etag: "\"\(Hex.text(FNV1a.hash(data)))\"")
    }
    self.files = files
  }

  func addRoutes(to routes: inout Routes) {
    routes.answer(WebEndpoints.index) { call in try file("index.html", call.request) }
    routes.answer(WebEndpoints.style) { call in try file("style.css", call.request) }
    routes.answer(WebEndpoints.icon) { call in try file("icon.svg", call.request) }
    routes.answer(WebEndpoints.avatar) { call in try file("avatars/" + call.parameters.file, call.request) }
    routes.answer(WebEndpoints.script) { call in try file("js/" + call.parameters.file, call.request) }
  }

  private func file(_ path: String, _ request: RequestInfo) throws -> Answer {
    guard let file = files[path] else { throw Problem.notFound("There is no page here.") }
    // Asked again each time, answered without a body while nothing changed: an upgrade shows at once.
    let headers = Self.securityHeaders + [("etag", file.etag), ("cache-control", "no-cache")]
    if request.header("if-none-match") == file.etag { return Answer(status: 304, headers: headers) }
    return Answer(status: 200, headers: headers + [("content-type", file.contentType)], body: .bytes(file.bytes))
  }

  private static let securityHeaders: [(name: String, value: String)] = [
    (
      "content-security-policy",
      "default-src 'self'; img-src 'self' blob: data:; media-src 'self' blob:; style-src 'self' 'unsafe-inline'; "
        + "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
    ),
    ("x-content-type-options", "nosniff"), ("referrer-policy", "same-origin"), ("x-frame-options", "DENY"),
  ]
}

struct WebFilesMissing: Error, CustomStringConvertible {
  let path: String
  var description: String { "the page's files are missing beside the binary: \(path)/Web" }
}

/// Where the page's files are.
enum WebEndpoints {
  static let index = Endpoint<Empty, Empty, Empty>(
    "web.index", .get, "/", access: .open, status: 200, summary: "The screening room.")
  static let style = Endpoint<Empty, Empty, Empty>(
    "web.style", .get, "/style.css", access: .open, status: 200, summary: "Its style.")
  static let icon = Endpoint<Empty, Empty, Empty>(
    "web.icon", .get, "/icon.svg", access: .open, status: 200, summary: "Its icon.")
  static let avatar = Endpoint<ScriptPath, Empty, Empty>(
    "web.avatar", .get, "/avatars/{file}", access: .open, status: 200, summary: "The pictures of profiles.")
  static let script = Endpoint<ScriptPath, Empty, Empty>(
    "web.script", .get, "/js/{file*}", access: .open, status: 200, summary: "Its modules.")
}

struct ScriptPath: Codable, Sendable {
  var file: String
}
