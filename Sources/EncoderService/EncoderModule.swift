import Contract
import EncodingAPI
import Foundation
import Logging
package import ServerKit
import Synchronization

/// An encoder: it answers nothing but health, and works on what it leases.
package enum EncoderModule: ServiceModule {
  package static let name = "encoder"

  package static func make(_ context: ServiceContext) async throws -> ServiceParts {
    let settings = try EncoderSettings(context.settings, home: context.home)
    var parts = ServiceParts()
    do {
      let tools = try await Toolbox(settings)
      let encoding = try context.upstream("encoding")
      let sources = SourceCache(
        encoding: encoding, folder: "\(settings.scratchFolder)/sources", limitBytes: settings.sourceCacheBytes,
        reserveBytes: settings.reserveBytes, keepSeconds: settings.sourceKeepSeconds, clock: context.clock)
      try PrivateFolder.make(sources.folder)
      let store = try FolderMediaStore(root: settings.mediaFolder)
      let performer = TaskPerformer(
        tools: tools, store: store, limits: settings.sourceLimits,
        sources: sources)
      if settings.sandboxing == .off {
        context.logger.warning("Films are opened without a sandbox: ENCODER_SANDBOX is off.")
      }
      parts.background = [
        EncoderLoop(
          name: settings.name, performer: performer, encoding: encoding,
          reserveBytes: settings.reserveBytes,
          facts: WorkerFacts(
            capabilities: tools.capabilities, freeBytes: 0, cores: ProcessInfo.processInfo.activeProcessorCount,
            isSandboxed: settings.sandboxing == .required, version: MatineeVersion.current),
          logger: context.logger, instruments: EncoderInstruments(context.metrics)),
        SourceUpkeep(cache: sources),
        MediaUpkeep(
          sweep: MediaSweep(
            store: store, encoding: encoding, instruments: MediaInstruments(context.metrics), logger: context.logger),
          intervalSeconds: settings.sweepIntervalSeconds, clock: context.clock, logger: context.logger),
      ]
    } catch let error as ToolboxError {
      // Said once; readiness goes on saying no. In one process with others, the others must not fall with it.
      context.logger.error("\(error)")
      parts.readiness = [ReadinessCheck("tools: \(error)") { false }]
    }
    return parts
  }
}
