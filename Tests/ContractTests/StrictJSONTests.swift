import Contract
import Testing

private struct Order: Codable, Equatable {
  struct Line: Codable, Equatable {
    var item: String
    var count: Int
  }
  enum Speed: String, Codable { case slow, fast }
  var name: String
  var speed: Speed
  var lines: [Line]
  var note: String?
}

@Suite struct StrictJSONTests {
  private func refusal(of text: String) throws -> Problem {
    try #require(throws: Problem.self) { try JSON.decodeStrictly(Order.self, from: Array(text.utf8)) }
  }

  @Test("A well-formed body is read")
  func accepted() throws {
    let text = #"{"name":"x","speed":"fast","lines":[{"item":"a \"q\" {","count":2}]}"#
    let order = try JSON.decodeStrictly(Order.self, from: Array(text.utf8))
    #expect(order == Order(name: "x", speed: .fast, lines: [.init(item: "a \"q\" {", count: 2)]))
  }

  @Test(
    "Each fault names its field",
    arguments: [
      (#"{"name":"x","speed":"fast","lines":[],"colour":1}"#, "colour"),
      (#"{"name":"x","speed":"fast","lines":[{"item":"a","count":1,"size":2}]}"#, "lines[0].size"),
      (#"{"name":"x","speed":"warp","lines":[]}"#, "speed"),
      (#"{"name":7,"speed":"fast","lines":[]}"#, "name"),
      (#"{"speed":"fast","lines":[]}"#, "name"),
      (#"{"name":null,"speed":"fast","lines":[]}"#, "name"),
      (#"{"name":"x","speed":"fast","lines":[{"item":"a","count":"many"}]}"#, "lines[0].count"),
    ])
  func named(text: String, field: String) throws {
    let problem = try refusal(of: text)
    #expect(problem.status == 422)
    #expect(problem.errors?.map(\.field) == [field])
  }

  @Test("A key given twice is refused by name, at any depth")
  func duplicateKeys() throws {
    #expect(try refusal(of: #"{"name":"x","name":"y","speed":"fast","lines":[]}"#).errors?.first?.field == "name")
    let nested = #"{"name":"x","speed":"fast","lines":[{"item":"a","count":1,"item":"b"}]}"#
    #expect(try refusal(of: nested).errors?.first?.field == "item")
  }

  @Test("A string value that looks like a key is no duplicate")
  func valuesAreNotKeys() throws {
    let text = #"{"name":"name","speed":"fast","lines":[{"item":"item","count":1}],"note":"name"}"#
    #expect(throws: Never.self) { try JSON.decodeStrictly(Order.self, from: Array(text.utf8)) }
  }

  @Test("Nesting 200,000 deep is refused before it is parsed")
  func deep() throws {
    let text = String(repeating: "[", count: 200_000)
    #expect(try refusal(of: text).status == 400)
    #expect(try refusal(of: String(repeating: #"{"a":"#, count: 200_000)).status == 400)
  }

  @Test("What is not JSON is a bad request", arguments: ["", "{", "nonsense", "[]", "\"", #"{"name":"x"#, "{\"a\\"])
  func malformed(text: String) throws {
    #expect(try refusal(of: text).status == 400)
  }
}
