import Foundation
import TestKit
import Testing

@testable import RecommenderKit

@Suite struct ModelFileTests {
  private static let made = Result {
    try LinearModel.train(
      SampleTaste.interactions(profiles: 300), SampleTaste.options, against: [.popularity(), .popularity(named: "é")])
  }

  private static func sample() throws -> (model: TrainedModel, titles: [String]) {
    let model = try made.get()
    return (model, (0..<model.titleCount).map { "ttl_\($0)é" })
  }

  @Test("A model written is the model read, names and report too")
  func roundTrip() throws {
    let folder = TemporaryFolder.make("model")
    defer { TemporaryFolder.remove(folder) }
    let path = "\(folder)/1.model"
    let (model, titles) = try Self.sample()
    for _ in 0..<2 { try ModelFile.write(model, titles: titles, to: path) }
    let read = try ModelFile.read(from: path)
    #expect(read.model == model)
    #expect(model.heldOut?.rivals.count == 2 && model.heldOut?.best.lead != nil)
    #expect(read.titles == titles)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["1.model"])
  }

  @Test("A model of nothing is written and read")
  func empty() throws {
    let model = try LinearModel.train(Interactions.Builder().build())
    #expect(try ModelFile.decode(ModelFile.encode(model, titles: [])).model == model)
  }

  @Test("A file with any byte changed is corrupt")
  func changed() throws {
    let (model, titles) = try Self.sample()
    let bytes = ModelFile.encode(model, titles: titles)
    for place in stride(from: 16, to: bytes.count, by: 997) {
      var changed = bytes
      changed[place] ^= 0x10
      #expect(throws: ModelFile.Fault.corrupt) { try ModelFile.decode(changed) }
    }
  }

  @Test("A file cut off anywhere is corrupt, and one that is no model unknown")
  func cutOff() throws {
    let (model, titles) = try Self.sample()
    let bytes = ModelFile.encode(model, titles: titles)
    for count in stride(from: 16, to: bytes.count, by: 1999) {
      #expect(throws: ModelFile.Fault.corrupt) { try ModelFile.decode(Array(bytes.prefix(count))) }
    }
    for other in [
      "", "MATINEE", "MATINEE-MODEL-", "MATINEE-MODEL-2", "MATINEE-MODEL-x\n", "MATINEE-MODEL-123456789012\n",
    ] {
      #expect(throws: ModelFile.Fault.formatUnknown) { try ModelFile.decode(Array(other.utf8)) }
    }
  }

  @Test("A file of an earlier or a later format is told as such, not as corrupt")
  func otherFormat() throws {
    let (model, titles) = try Self.sample()
    for format in [1, 3, 12] {
      let bytes = Array("MATINEE-MODEL-\(format)\n".utf8) + ModelFile.encode(model, titles: titles).dropFirst(16)
      #expect(throws: ModelFile.Fault.otherFormat(format)) { try ModelFile.decode(bytes) }
    }
  }

  @Test("A file that contradicts itself under a right checksum is corrupt, not a crash")
  func contradiction() throws {
    let (model, titles) = try Self.sample()
    func corrupted(_ change: (inout [Int32], inout [Int32], inout [Float]) -> Void) -> [UInt8] {
      var (starts, targets, values) = (model.weights.starts, model.weights.targets, model.weights.values)
      change(&starts, &targets, &values)
      let weights = SparseWeights(starts: starts, targets: targets, values: values)
      return ModelFile.encode(
        TrainedModel(
          weights: weights, popularity: model.popularity, profilesOfTitle: model.profilesOfTitle, ridge: model.ridge,
          priorShare: 0, priorEvents: 5, blend: nil, heldOut: nil), titles: titles)
    }
    for bytes in [
      corrupted { _, targets, _ in targets[3] = 10_000 }, corrupted { _, targets, _ in targets[3] = -1 },
      corrupted { starts, _, _ in starts[2] = -5 }, corrupted { starts, _, _ in starts[1] = 1_000_000 },
      corrupted { _, _, values in values[0] = .nan }, corrupted { _, _, values in values.removeLast() },
    ] {
      #expect(throws: ModelFile.Fault.corrupt) { try ModelFile.decode(bytes) }
    }
  }

  @Test("A file that is not there, and a place that cannot be written, are told as such")
  func absent() throws {
    #expect(throws: ModelFile.Fault.unreadable(errno: ENOENT)) { try ModelFile.read(from: "/nowhere/1.model") }
    let model = try LinearModel.train(Interactions.Builder().build())
    #expect(throws: ModelFile.Fault.unwritable(errno: ENOENT)) {
      try ModelFile.write(model, titles: [], to: "/nowhere/1.model")
    }
  }
}
