import Contract
import NIOCore
import ServerKit

/// Lets anyone in, and never ends an answer.
enum EndlessModule: ServiceModule {
  static let name = "endless"

  static let endless = Endpoint<Empty, Empty, Empty>(
    "endless.ticks", .get, "/endless", access: .open, status: 200, summary: "Ticks for ever.")

  struct Anyone: Authenticator {
    func authenticate(
      _ endpoint: any EndpointDescription, header: (_ lowercaseName: String) -> String?,
      parameters: [(name: String, value: String)]
    ) async throws -> Principal { .anonymous }
  }

  static func make(_ context: ServiceContext) async throws -> ServiceParts {
    var parts = ServiceParts()
    parts.authenticator = Anyone()
    parts.routes.raw(endless) { _ in
      let ticks = AsyncThrowingStream<ByteBuffer, any Error> {
        try await Task.sleep(for: .milliseconds(20))
        return ByteBuffer(string: "tick\n")
      }
      return Answer(status: 200, headers: [("content-type", "text/plain")], body: .stream(length: nil, ticks))
    }
    return parts
  }
}
