import Contract
import Logging
import ServerKit
import ServiceLifecycle
import TelemetryKit

/// Sweeps the media store now and then. Each encoder does: what two collect at once goes once.
struct MediaUpkeep: Service {
  let sweep: MediaSweep
  let intervalSeconds: Double
  let clock: WallClock
  let logger: Logger

  func run() async throws {
    // Not all encoders at the same time.
    let pause = { @Sendable in Duration.seconds(intervalSeconds * Double.random(in: 0.75...1.25)) }
    await keepUp(every: pause, failing: "The media store was not swept", at: .debug, logger: logger) {
      try await sweep.sweep(at: clock.now())
    }
  }
}

/// What `/metrics` says of the media store, as this encoder last saw it.
struct MediaInstruments: Sendable {
  private let bytes: Gauge
  private let unknown: Gauge
  private let collected: Counter
  private let collectedBytes: Counter

  init(_ metrics: Metrics) {
    bytes = metrics.gauge("encoder_media_bytes", help: "Bytes in the media store, by kind.", labels: ["kind"])
    unknown = metrics.gauge(
      "encoder_media_unknown_assets", help: "Films in the media store that encoding does not know.")
    collected = metrics.counter(
      "encoder_media_collected_total", help: "What nobody needed and was removed, by kind.", labels: ["kind"])
    collectedBytes = metrics.counter(
      "encoder_media_collected_bytes_total", help: "Bytes of what nobody needed and was removed.", labels: ["kind"])
  }

  func setBytes(_ count: Int, of kind: String) { bytes.set(Double(count), [kind]) }
  func setUnknownAssets(_ count: Int) { unknown.set(Double(count)) }

  func count(_ removed: Int, as kind: String) {
    collected.increment(by: 1, [kind])
    collectedBytes.increment(by: Double(removed), [kind])
  }
}
