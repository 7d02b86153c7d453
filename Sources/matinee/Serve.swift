import ArgumentParser
import Foundation
import ServerKit

/// Runs a service until TERM; what `matinee SERVICE` means.
struct Serve: AsyncParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Run a service until TERM or INT (the default).")

  @Argument(help: "A service (\(roster.map { $0.name }.joined(separator: ", "))), or all of them in one process: all.")
  var service: String

  func validate() throws {
    guard service == "all" || roster.contains(where: { $0.name == service }) else {
      throw ValidationError("There is no service named \(service).")
    }
  }

  func run() async throws {
    let modules = service == "all" ? roster : roster.filter { $0.name == service }
    try await serve(modules, in: .ofProcess(environment: ProcessInfo.processInfo.environment))
  }
}
