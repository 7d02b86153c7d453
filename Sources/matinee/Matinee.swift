import ArgumentParser
import Foundation
import ServerKit

@main
struct Matinee: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matinee", abstract: "A streaming backend: one process per service.",
    discussion: "Settings come from MATINEE_… variables and $MATINEE_HOME/matinee.conf.",
    version: MatineeVersion.current, subcommands: [Rebuild.self])

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
