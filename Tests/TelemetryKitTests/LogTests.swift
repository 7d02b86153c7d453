import Contract
import Foundation
import Logging
import Synchronization
import TelemetryKit
import TestKit
import Testing

@Suite("Logs")
struct LogTests {
  @Test("A JSON line is one valid object, whatever is in it")
  func json() throws {
    let sink = LogSink()
    var logger = Telemetry.logger("catalog", format: .json, level: .info, sink: { sink.add($0) })
    logger[metadataKey: "trace"] = "abc"
    logger.warning("odd \"text\"\n\u{1}\u{1F600}", metadata: ["path": "C:\\x\t", "n": "\(3)"])
    let line = try #require(sink.lines.first)
    #expect(line.hasSuffix("}\n"))
    #expect(line.dropLast().contains("\n") == false)
    let object = try JSONDecoder().decode([String: String].self, from: Data(line.utf8))
    #expect(object["message"] == "odd \"text\"\n\u{1}\u{1F600}")
    #expect(object["path"] == "C:\\x\t")
    #expect(object["level"] == "warning")
    #expect(object["label"] == "catalog")
    #expect(object["trace"] == "abc")
    #expect(object["time"].flatMap(Timestamp.init) != nil)
  }

  @Test("A readable line is one line, with values quoted where they need it")
  func text() throws {
    let sink = LogSink()
    let logger = Telemetry.logger("catalog", format: .text, level: .info, sink: { sink.add($0) })
    logger.info("two\nlines", metadata: ["a": "x", "b": "two words"])
    let line = try #require(sink.lines.first)
    #expect(line.hasSuffix(" INFO catalog: two\\nlines a=x b=\"two words\"\n"))
  }

  @Test("What is below the level is not written, and a huge text is cut")
  func bounds() throws {
    let sink = LogSink()
    let logger = Telemetry.logger("x", format: .json, level: .info, sink: { sink.add($0) })
    logger.debug("no")
    logger.info("\(String(repeating: "x", count: 100_000))")
    #expect(sink.lines.count == 1)
    #expect(try #require(sink.lines.first).utf8.count < 5000)
  }
}
