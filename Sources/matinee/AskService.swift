import ArgumentParser
import ClientKit
import Contract
import Foundation
import ServerKit

/// Asks something of a running service of the stack, as the machine's operator; a refusal ends the command with its
/// text.
func askService<Answer>(
  _ service: String, within limit: Duration = .seconds(30),
  _ question: (any StreamingTransport, CallContext) async throws -> Answer
) async throws -> Answer {
  let hosting = try Hosting.ofProcess(environment: ProcessInfo.processInfo.environment)
  let result: Result<Answer, any Error>
  do {
    result = .success(
      try await question(
        try hosting.transport(to: service), .service(AuditedAct.commandLine, within: limit)))
  } catch let error as any ProblemConvertible {
    result = .failure(ValidationError(error.problem.detail))
  } catch {
    result = .failure(error)
  }
  await hosting.loop.shutdown()
  return try result.get()
}
