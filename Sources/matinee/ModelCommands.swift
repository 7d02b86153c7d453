import ArgumentParser
import ClientKit
import Contract
import Foundation
import RecommendationsAPI

struct ListModels: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "models", abstract: "The models that the running service trained, the latest first.")

  func run() async throws {
    show(try await askService("recommendations") { try await $0.call(ModelEndpoints.models, in: $1) })
  }
}

struct TrainModel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Have the running service train a model now, due or not.")

  func run() async throws {
    _ = try await askService("recommendations") { try await $0.call(ModelEndpoints.train, in: $1) }
  }
}

struct RollBackModel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roll-back", abstract: "Have an earlier model serve until it is released.",
    discussion: "Models are trained meanwhile, but none serves before `matinee recommendations release`.")

  @Argument(help: "The model's version, of state published or notAhead.")
  var version: Int

  func run() async throws {
    let pin = ModelPin(version: version)
    show(try await askService("recommendations") { try await $0.call(ModelEndpoints.pin, body: pin, in: $1) })
  }
}

struct ReleaseModel: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Let the newest good model serve again.")

  func run() async throws {
    show(try await askService("recommendations") { try await $0.call(ModelEndpoints.release, in: $1) })
  }
}

private func show(_ models: ModelList) {
  for model in models.items {
    let standing =
      model.version == models.serving
      ? (model.version == models.pinned ? "serves, pinned" : "serves") : model.state.rawValue
    let rival = model.rival.map {
      String(format: ", %@ %.4f, lead %+.4f ± %.4f", $0.ranker.rawValue, $0.ndcgAt100, $0.lead, $0.leadStandardError)
    }
    print(
      "\(model.version)\t\(standing)\t\(model.trainedAt)\t\(model.cause.rawValue)\t\(model.profiles) profiles\t"
        + "\(model.interactions) interactions\t"
        + String(format: "NDCG@100 %.4f of %d", model.ndcgAt100, model.heldOutProfiles) + (rival ?? ""))
  }
}
