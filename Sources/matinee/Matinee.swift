import ArgumentParser
import ServerKit

@main
struct Matinee: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "matinee", abstract: "A streaming backend: one process per service.",
    discussion: "Settings come from MATINEE_… variables and $MATINEE_HOME/matinee.conf.",
    version: MatineeVersion.current,
    subcommands: [Serve.self, Rebuild.self, AccountsCommand.self, RecommendationsCommand.self, AuditCommand.self],
    defaultSubcommand: Serve.self)
}
