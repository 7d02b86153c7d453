import ArgumentParser
import Foundation
import ServerKit

/// The service, and what may be asked of its model.
struct RecommendationsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "recommendations", abstract: "Run the recommendations service, or judge its model.",
    subcommands: [
      ServeRecommendations.self, EvaluateRecommendations.self, ListModels.self, TrainModel.self, RollBackModel.self,
      ReleaseModel.self,
    ],
    defaultSubcommand: ServeRecommendations.self)
}

struct ServeRecommendations: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run the service until TERM or INT (the default).")

  func run() async throws {
    try await serve(
      roster.filter { $0.name == "recommendations" }, in: .ofProcess(environment: ProcessInfo.processInfo.environment))
  }
}
