import ArgumentParser
import ClientKit
import Contract
import ServerKit

/// Asks a service to forget what one of its consumers has built from events, and to build it again.
struct Rebuild: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Build a consumer's view again from its sources, in the running service.")

  @Argument(help: "As service/consumer, e.g. recommendations/viewing.")
  var consumer: String

  @Option(help: "How long to wait for the answer, in seconds.")
  var within: Int = 60

  func validate() throws {
    let parts = consumer.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, roster.contains(where: { $0.name == parts[0] }), !parts[1].isEmpty else {
      throw ValidationError("Name the consumer as service/consumer.")
    }
    guard (1...600).contains(within) else { throw ValidationError("Wait 1 to 600 seconds.") }
  }

  func run() async throws {
    let parts = consumer.split(separator: "/").map(String.init)
    let target = "/internal/consumers/\(PercentEncoding.encode(parts[1]))/rebuild"
    try await askService(parts[0], within: .seconds(within)) { transport, context in
      let response = try await transport.send(TransportRequest(method: .post, target: target, context: context))
      guard (200..<300).contains(response.status) else { throw response.problem }
    }
  }
}
