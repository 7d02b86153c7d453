import ConfigKit
import Foundation
import TestKit
import Testing

@Suite("Settings")
struct SettingsTests {
  enum Color: String, CaseIterable { case red, green }

  @Test("The environment wins over the file, the file over the default")
  func precedence() throws {
    let reader = SettingsReader(
      environment: ["MATINEE_A": "1", "A": "9"], file: ["MATINEE_A": "2", "MATINEE_B": "2"])
    #expect(try reader.integer("A", default: 3, in: 0...9) == 1)
    #expect(try reader.integer("B", default: 3, in: 0...9) == 2)
    #expect(try reader.integer("C", default: 3, in: 0...9) == 3)
    #expect(reader.report.map(\.source) == ["environment", "file", "default"])
  }

  @Test("A bad value is refused with its name, itself and the bounds", arguments: ["0", "11", "x", "", "1.5", " 5"])
  func badInteger(value: String) {
    let reader = SettingsReader(environment: ["MATINEE_STREAMS": value])
    let error = #expect(throws: SettingsError.self) { try reader.integer("STREAMS", default: 4, in: 1...10) }
    #expect(
      error?.description
        == "MATINEE_STREAMS is \"\(value)\" (environment); it must be a whole number from 1 to 10")
  }

  @Test("Numbers, switches, choices and texts are read and bounded")
  func kinds() throws {
    let reader = SettingsReader(environment: [
      "MATINEE_D": "0.5", "MATINEE_NAN": "nan", "MATINEE_ON": "yes", "MATINEE_BAD": "maybe", "MATINEE_C": "green",
      "MATINEE_C2": "blue", "MATINEE_T": "a b", "MATINEE_T2": "a\nb",
    ])
    #expect(try reader.double("D", default: 1, in: 0...1) == 0.5)
    #expect(throws: SettingsError.self) { try reader.double("NAN", default: 1, in: 0...1) }
    #expect(try reader.boolean("ON", default: false))
    #expect(throws: SettingsError.self) { try reader.boolean("BAD", default: false) }
    #expect(try reader.choice("C", default: Color.red) == .green)
    let error = #expect(throws: SettingsError.self) { try reader.choice("C2", default: Color.red) }
    #expect(error?.description.hasSuffix("one of red, green") == true)
    #expect(try reader.text("T", default: "") == "a b")
    #expect(throws: SettingsError.self) { try reader.text("T2", default: "") }
  }

  @Test("A secret is nowhere shown")
  func secrets() throws {
    let reader = SettingsReader(environment: ["MATINEE_KEY": "hunter2", "MATINEE_EMPTY": ""])
    let secret = try #require(try reader.secret("KEY"))
    #expect(secret.bytes == Array("hunter2".utf8))
    var dumped = ""
    dump(secret, to: &dumped)
    let shown = "\(secret) \(String(reflecting: secret)) \(dumped) \(reader.report)"
    #expect(!shown.contains("hunter2"))
    #expect(!shown.contains("104"))  // its first byte
    #expect(shown.contains("•••"))
    #expect(try reader.secret("NONE") == nil)
    #expect(throws: SettingsError.self) { try reader.secret("EMPTY") }
  }

  @Test("A name in the file that nothing reads is refused, with the nearest that is")
  func typingErrors() throws {
    let reader = SettingsReader(
      environment: ["MATINEE_PLAYBAK_STREAMS": "1"], file: ["MATINEE_PLAYBACK_STREAM": "4", "MATINEE_OTHER_X": "1"])
    _ = try reader.integer("PLAYBACK_STREAMS", default: 4, in: 1...10)
    let error = #expect(throws: SettingsError.self) {
      try reader.refuseUnknown(besides: { $0.hasPrefix("OTHER_") })
    }
    #expect(
      error == .unknown(name: "MATINEE_PLAYBACK_STREAM", nearest: "MATINEE_PLAYBACK_STREAMS", source: "file"))
    #expect(
      reader.unknownInEnvironment()
        == [.unknown(name: "MATINEE_PLAYBAK_STREAMS", nearest: "MATINEE_PLAYBACK_STREAMS", source: "environment")])
    _ = try reader.integer("PLAYBACK_STREAM", default: 4, in: 1...10)
    try reader.refuseUnknown(besides: { $0.hasPrefix("OTHER_") })
  }

  @Test("The file has comments, empty lines and quoted values; no file is no settings")
  func file() async throws {
    let text = "# all\n\n MATINEE_A = 1 \r\nMATINEE_B=\"two words\"\nMATINEE_C=a=b\nMATINEE_D=\n"
    let settings = try SettingsFile.parse(text, source: "here")
    #expect(settings == ["MATINEE_A": "1", "MATINEE_B": "two words", "MATINEE_C": "a=b", "MATINEE_D": ""])
    try await withTemporaryFolder { folder in
      #expect(try SettingsFile.read(at: "\(folder)/none") == [:])
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder)/matinee.conf"))
      let read = try SettingsFile.read(at: "\(folder)/matinee.conf")
      #expect(read.count == 4)
    }
  }

  @Test(
    "A line that is no setting is refused by its number, without its value",
    arguments: [
      "PORT=hunter2", "MATINEE_A", "export MATINEE_A=hunter2", "MATINEE_a=hunter2", "MATINEE_B=1\nMATINEE_B=2",
    ])
  func badLines(text: String) {
    let error = #expect(throws: SettingsError.self) { try SettingsFile.parse("\n" + text, source: "matinee.conf") }
    #expect(error?.description.contains("hunter2") == false)
    #expect(error?.description.contains("line ") == true)
  }
}
