package import ClientKit
package import ConfigKit
package import Contract
import Foundation
package import Logging
import NIOCore
import NIOPosix
package import SecurityKit
import TelemetryKit

/// What all services of one process share.
package struct Hosting: Sendable {
  package let settings: SettingsReader
  /// `$MATINEE_HOME`: everything the stack keeps is under it.
  package let home: String
  package let clock: WallClock
  package let keys: StackKeys
  package let loop: CurlLoop
  package let logging: @Sendable (_ label: String) -> Logger
  /// In place of the network, by service.
  package let replacements: [String: any Transport]

  package init(
    settings: SettingsReader, home: String, clock: WallClock = .system, keys: StackKeys, loop: CurlLoop,
    replacements: [String: any Transport] = [:], logging: @escaping @Sendable (_ label: String) -> Logger
  ) {
    self.settings = settings
    self.home = home
    self.clock = clock
    self.keys = keys
    self.loop = loop
    self.replacements = replacements
    self.logging = logging
  }

  /// To a running service of the stack, as a command of the operator calls it. Throws ``SettingsError``.
  package func transport(to service: String) throws -> any StreamingTransport {
    let mint = InternalTokenMint(keys: keys, clock: clock)
    return try Upstreams(settings: settings, loop: loop, mint: mint, replacements: replacements).transport(to: service)
  }

  /// `$MATINEE_HOME`, or `.matinee` in the user's home.
  package static func home(in environment: [String: String]) -> String {
    environment["MATINEE_HOME"] ?? (environment["HOME"] ?? "/var/lib") + "/.matinee"
  }

  /// Of this process: settings from its environment and `$MATINEE_HOME/matinee.conf`. Sets up logging and the number
  /// of event loops, so it is called once, first. Throws ``SettingsError`` or what keeps the home from being made.
  package static func ofProcess(environment: [String: String]) throws -> Hosting {
    let home = Self.home(in: environment)
    let settings = SettingsReader(
      environment: environment, file: try SettingsFile.read(at: "\(home)/matinee.conf"))
    _ = try settings.text("HOME", default: home)
    let format: LogFormat = try settings.choice("LOG_FORMAT", default: .text)
    let level: Logger.Level = try settings.choice("LOG_LEVEL", default: .info)
    NIOSingletons.groupLoopCountSuggestion = try settings.integer("EVENT_LOOPS", default: 1, in: 1...64)
    Telemetry.bootstrap(format: format, level: level)
    umask(0o077)
    raiseOpenFileLimit()
    try PrivateFolder.make(home)
    let loop = CurlLoop(settings: try ClientSettings(settings))
    return Hosting(settings: settings, home: home, keys: try StackKeys(home: home), loop: loop) { label in
      Telemetry.logger(label, format: format, level: level)
    }
  }
}

/// As many open files as the system lets this process have: each connection is one.
private func raiseOpenFileLimit() {
  var limit = rlimit()
  guard getrlimit(.init(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < limit.rlim_max else { return }
  limit.rlim_cur = limit.rlim_max
  setrlimit(.init(RLIMIT_NOFILE.rawValue), &limit)
}

/// Folders only their owner can enter.
package enum PrivateFolder {
  package static func make(_ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }
}
