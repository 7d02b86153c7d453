package import ClientKit
package import ConfigKit
package import Contract
package import Logging
package import SecurityKit
package import ServiceLifecycle
package import TelemetryKit

/// A service of the stack: what it is called and how it is made. It is never told how it is hosted.
package protocol ServiceModule: Sendable {
  /// Lower case, e.g. `catalog`: the port and address settings, the data folder, the token audience.
  static var name: String { get }
  static func make(_ context: ServiceContext) async throws -> ServiceParts
}

/// What a service is given to build itself from.
package struct ServiceContext: Sendable {
  /// The service's own name.
  package let name: String
  package let settings: SettingsReader
  /// `$MATINEE_HOME/<name>`; exists, private to the service.
  package let dataFolder: String
  /// `$MATINEE_HOME`
  package let home: String
  package let clock: WallClock
  package let logger: Logger
  package let metrics: Metrics
  package let keys: StackKeys
  let upstreams: Upstreams

  /// A transport to another service, the same for each call with its name; typed clients are built over it. The
  /// address is the setting `<SERVICE>_URL`. Throws ``SettingsError`` where that cannot be an address.
  package func upstream(_ service: String) throws -> any StreamingTransport {
    try upstreams.transport(to: service)
  }
}

/// What a service is made of.
package struct ServiceParts: Sendable {
  package var routes = Routes()
  /// Started in order before the port answers ready, stopped in reverse after the drain. One that fails ends the
  /// process; one that returns is done.
  package var background: [any Service] = []
  /// `/readyz` is 503 until all pass.
  package var readiness: [ReadinessCheck] = []
  /// What `/readyz` says beside being ready: each that has something to say of what is not as it should be, though
  /// requests are answered.
  package var remarks: [@Sendable () -> String?] = []
  /// The internal token, unless the service brings its own.
  package var authenticator: (any Authenticator)?
  /// Hears of what operators do before it is done.
  package var auditor: (any Auditor)?
  /// Run last of all, in reverse order: close databases.
  package var onClose: [@Sendable () async -> Void] = []

  package init() {}
}

/// One thing that must hold before requests are welcome.
package struct ReadinessCheck: Sendable {
  /// Shown by `/readyz` while it does not pass.
  package let name: String
  /// Cheap, as it runs at each look at `/readyz`; a throw is a no.
  package let passes: @Sendable () async throws -> Bool

  package init(_ name: String, passes: @escaping @Sendable () async throws -> Bool) {
    self.name = name
    self.passes = passes
  }
}
