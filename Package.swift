// swift-tools-version: 6.1
import PackageDescription

// The manifest is the map of who may call whom: arrows go down only.
// Services are blind to each other; `calls:` names the contracts a service speaks.

let style: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
]

// MARK: - What is bought

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let serviceLifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let histogram = Target.Dependency.product(name: "Histogram", package: "hdrhistogram-swift")
let commandLine = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

// MARK: - Shapes of targets

func kit(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: style)
}

/// A contract: value types, no I/O.
func api(_ name: String) -> Target {
  .target(name: "\(name)API", dependencies: ["Contract"], swiftSettings: style)
}

/// A service speaks its own contract, those it calls, and those whose events it hears.
func service(
  _ name: String, calls: [String] = [], also: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
  .target(
    name: "\(name)Service",
    dependencies: [
      "Contract", "ConfigKit", "TelemetryKit", "ClientKit", "ServerKit", "EventKit", "StorageKit", "AuditKit",
    ]
      + ([name] + calls).map { .target(name: "\($0)API") }
      + [logging, serviceLifecycle] + also,
    exclude: ["README.md"],
    resources: resources,
    swiftSettings: style)
}

func tests(_ name: String, of dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(name: "\(name)Tests", dependencies: dependencies + ["TestKit"], exclude: exclude, swiftSettings: style)
}

/// A service is tested by its own typed client over libcurl, against a real SQLite file; `Golden` holds its schema and
/// its events as they were shipped.
func serviceTests(
  _ name: String, calls: [String] = [], also: [Target.Dependency] = [], isGolden: Bool = true
) -> Target {
  tests(
    "\(name)Service",
    of: [
      .target(name: "\(name)Service"), "Contract", "ConfigKit", "ClientKit", "ServerKit", "EventKit", "StorageKit",
      "SecurityKit",
    ]
      + ([name] + calls).map { .target(name: "\($0)API") } + also,
    exclude: isGolden ? ["Golden"] : [])
}

let services: [Target.Dependency] = [
  "Gateway", "BusService", "AccountsService", "CatalogService", "EncodingService", "EncoderService",
  "PlaybackService", "DeliveryService", "RecommendationsService",
]

// MARK: - The house

let package = Package(
  name: "matinee",
  platforms: [.macOS(.v15)],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .executableTarget(
      name: "matinee",
      dependencies: [
        "ConfigKit", "TelemetryKit", "ServerKit", "EventKit", "ClientKit", "Contract", "AuditKit", "AccountsAPI",
        "SecurityKit",
        "RecommenderKit", "RecommendationsAPI", commandLine, serviceLifecycle,
      ] + services,
      swiftSettings: style),

    // Services
    .target(
      name: "BusService",
      dependencies: [
        "Contract", "ConfigKit", "TelemetryKit", "ServerKit", "EventKit", "StorageKit", "AuditKit", logging,
        serviceLifecycle,
        nioCore,
      ],
      exclude: ["README.md"],
      swiftSettings: style),
    service("Accounts", also: ["SecurityKit", "CacheKit"], resources: [.copy("Resources")]),
    service("Catalog", calls: ["Encoding"]),
    service("Encoding", calls: ["Catalog", "Playback"], also: ["SecurityKit", nioCore]),
    .target(
      name: "EncoderService",
      dependencies: [
        "Contract", "ConfigKit", "TelemetryKit", "ClientKit", "ServerKit", "SecurityKit", "CLinux", "EncodingAPI",
        logging, serviceLifecycle, nioCore,
      ],
      exclude: ["README.md"],
      swiftSettings: style),
    service("Playback", calls: ["Accounts", "Catalog"], also: ["SecurityKit", nioCore]),
    service("Delivery", calls: ["Playback"], also: ["SecurityKit", "CLinux", nioCore, nioPosix]),
    service("Recommendations", calls: ["Catalog", "Playback", "Accounts"], also: ["CacheKit", "RecommenderKit"]),
    .target(
      name: "Gateway",
      dependencies: [
        "Contract", "ConfigKit", "TelemetryKit", "ClientKit", "ServerKit", "EventKit", "SecurityKit", "CacheKit",
        "AuditKit",
        "AccountsAPI", "CatalogAPI", "EncodingAPI", "PlaybackAPI", "DeliveryAPI", "RecommendationsAPI",
        logging, serviceLifecycle, nioCore, httpTypes,
      ],
      resources: [.copy("Web")],
      swiftSettings: style),

    // Kits
    kit("CacheKit"),
    kit("AuditKit", ["Contract", "StorageKit", "ServerKit", "SecurityKit", "TelemetryKit", logging]),
    kit(
      "ServerKit",
      [
        "Contract", "ConfigKit", "TelemetryKit", "SecurityKit", "ClientKit", "CacheKit", hummingbirdCore, nioCore,
        nioHTTP1, nioPosix, logging, serviceLifecycle, unixSignals,
      ]),
    kit("ClientKit", ["Contract", "ConfigKit", "TelemetryKit", "CCurl", nioCore, logging]),
    kit(
      "EventKit",
      [
        "Contract", "StorageKit", "ServerKit", "ClientKit", "CacheKit", "SecurityKit", "TelemetryKit", "ConfigKit",
        nioCore,
        logging, serviceLifecycle,
      ]),
    kit("StorageKit", ["Contract", "TelemetryKit", grdb, sqlite, logging]),
    kit("TelemetryKit", ["Contract", logging]),
    kit("ConfigKit", ["Contract"]),
    kit("SecurityKit", ["Contract", "CacheKit", "CSodium"]),
    kit("RecommenderKit", ["Contract", "CLapack"]),

    // Contracts
    kit("Contract"),
    api("Accounts"), api("Catalog"), api("Encoding"), api("Playback"), api("Delivery"), api("Recommendations"),

    // C
    .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
    .systemLibrary(name: "CLapack", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev", "liblapacke-dev"])]),
    .systemLibrary(name: "CLinux"),
    .systemLibrary(name: "CSodium", pkgConfig: "libsodium", providers: [.apt(["libsodium-dev"])]),

    // Tests
    .target(
      name: "TestKit",
      dependencies: [
        "Contract", "ConfigKit", "TelemetryKit", "ClientKit", "ServerKit", "SecurityKit", logging, serviceLifecycle,
      ],
      path: "Tests/TestKit", exclude: ["Mail/mail-server.py"], swiftSettings: style),
    tests("Contract", of: ["Contract"]),
    tests("CacheKit", of: ["CacheKit"]),
    tests(
      "AuditKit", of: ["AuditKit", "StorageKit", "ServerKit", "ClientKit", "SecurityKit", "Contract", "ConfigKit"]),
    tests("ConfigKit", of: ["ConfigKit"]),
    tests("TelemetryKit", of: ["TelemetryKit", "Contract", logging]),
    tests("SecurityKit", of: ["SecurityKit", "Contract"]),
    tests("RecommenderKit", of: ["RecommenderKit", "Contract"]),
    tests("ClientKit", of: ["ClientKit", "Contract", "ConfigKit", nioCore]),
    tests(
      "ServerKit",
      of: [
        "ServerKit", "ClientKit", "Contract", "ConfigKit", "SecurityKit", "TelemetryKit", logging, nioCore,
        serviceLifecycle,
      ]),
    tests("StorageKit", of: ["StorageKit", "Contract"]),
    tests(
      "EventKit",
      of: [
        "EventKit", "BusService", "StorageKit", "ClientKit", "ServerKit", "SecurityKit", "TelemetryKit", "Contract",
        "ConfigKit",
        logging, serviceLifecycle,
      ]),
    serviceTests("Accounts", also: ["AuditKit"]),
    serviceTests("Catalog", calls: ["Encoding"]),
    serviceTests("Encoding", calls: ["Catalog", "Playback"], also: ["EncoderService", nioCore]),
    serviceTests("Playback", calls: ["Accounts", "Catalog"]),
    serviceTests("Delivery", calls: ["Playback"], also: [nioCore], isGolden: false),
    serviceTests(
      "Recommendations", calls: ["Catalog", "Playback", "Accounts"], also: ["RecommenderKit", "TelemetryKit", logging]),
    tests(
      "Gateway",
      of: [
        "Gateway", "Contract", "ConfigKit", "ClientKit", "ServerKit", "EventKit", "SecurityKit",
        "AccountsAPI", "CatalogAPI", "EncodingAPI", "PlaybackAPI", "DeliveryAPI", "RecommendationsAPI",
      ]),
    tests("House", of: [], exclude: ["migrations.txt"]),
    tests(
      "System",
      of: [
        "Contract", "ClientKit", "Gateway", "AccountsAPI", "CatalogAPI", "EncodingAPI", "PlaybackAPI",
        "RecommendationsAPI", "EventKit",
      ],
      exclude: ["Browser"]),
    tests(
      "Load",
      of: ["Contract", "ClientKit", "AccountsAPI", "PlaybackAPI", histogram]),
    .testTarget(
      name: "Benchmarks",
      dependencies: [
        "Contract", "ClientKit", "EventKit", "SecurityKit", "ServerKit", "StorageKit", "AccountsAPI", "CatalogAPI",
        "PlaybackAPI", "RecommendationsAPI", "RecommendationsService", "RecommenderKit", "TestKit",
      ],
      path: "Tests/Benchmarks", swiftSettings: style),
  ],
  swiftLanguageModes: [.v6]
)
