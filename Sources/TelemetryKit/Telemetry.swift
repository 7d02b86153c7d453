package import Logging

/// The process's logging.
package enum Telemetry {
  /// A logger that needs no global state: tests and several services in one process each have their own.
  package static func logger(
    _ label: String, format: LogFormat, level: Logger.Level, sink: @escaping @Sendable (String) -> Void = standardError
  ) -> Logger {
    Logger(label: label) { LineLogHandler(label: $0, format: format, level: level, sink: sink) }
  }

  /// Sends what libraries log the same way; once per process, by `main` alone.
  package static func bootstrap(format: LogFormat, level: Logger.Level) {
    LoggingSystem.bootstrap { LineLogHandler(label: $0, format: format, level: level) }
  }
}
