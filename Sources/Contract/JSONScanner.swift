/// One pass over a document before it is parsed: bounds its nesting and finds object keys that are given twice.
/// It judges nothing else; the parser that follows does.
enum JSONScanner {
  static func check(_ bytes: [UInt8], maximumDepth: Int) throws(Problem) {
    var stack: [Set<ArraySlice<UInt8>>?] = []  // keys seen in each open object; nil for an array
    var index = bytes.startIndex
    var isKeyExpected = false
    while index < bytes.endIndex {
      switch bytes[index] {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        let isObject = bytes[index] == UInt8(ascii: "{")
        stack.append(isObject ? [] : nil)
        isKeyExpected = isObject
        guard stack.count <= maximumDepth else {
          throw .badRequest("The body is nested deeper than \(maximumDepth) levels.")
        }
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        _ = stack.popLast()
        isKeyExpected = false
      case UInt8(ascii: ","):
        isKeyExpected = stack.last.map { $0 != nil } ?? false
      case UInt8(ascii: "\""):
        let end = endOfString(bytes, from: index)
        if isKeyExpected, !stack.isEmpty {
          let key = bytes[(index + 1)..<max(index + 1, end)]
          if stack[stack.count - 1]?.insert(key).inserted == false {
            throw .badRequest("is given twice", field: String(decoding: key, as: UTF8.self))
          }
          isKeyExpected = false
        }
        index = end
      default: break
      }
      index += 1
    }
  }

  /// The index of the closing quote, or the end of the document.
  private static func endOfString(_ bytes: [UInt8], from opening: Int) -> Int {
    var index = opening + 1
    while index < bytes.endIndex, bytes[index] != UInt8(ascii: "\"") {
      index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    return min(index, bytes.endIndex)
  }
}
