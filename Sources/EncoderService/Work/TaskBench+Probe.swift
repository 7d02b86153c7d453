import EncodingAPI

extension TaskBench {
  func probe() async throws -> TaskOutput {
    let facts = try await Probing(tools: tools, limits: limits).facts(of: work.source)
    return TaskOutput { $0.facts = facts }
  }
}
