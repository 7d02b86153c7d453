import ClientKit
import Contract
import EncodingAPI
import Glibc

/// Why a task did not end well.
enum EncodingFault: Error {
  /// The input cannot be handled; the words are for the person who sent it.
  case refused(String)
  /// The input may be fine; another try may go better.
  case transient(String)
  /// The media store's disk is full; another try may go better once there is room.
  case noSpace(String)
  /// The result is not what was asked for, and never will be.
  case wrongResult(String)
  /// What earlier tasks made is not what it was: they have to do it again, then this one may.
  case damaged([TaskInput], String)

  /// Whether another attempt could end otherwise.
  var isRetryable: Bool {
    switch self {
    case .transient, .noSpace, .damaged: true
    case .refused, .wrongResult: false
    }
  }

  var damagedInputs: [TaskInput]? {
    if case .damaged(let inputs, _) = self { inputs } else { nil }
  }

  var cause: TaskReport.Cause? {
    if case .noSpace = self { .noSpace } else { nil }
  }

  var reason: String {
    switch self {
    case .refused(let text), .transient(let text), .noSpace(let text), .wrongResult(let text): text
    case .damaged(_, let text): "Damaged behind our back: \(text)."
    }
  }
}

/// A system call failed.
struct FileFault: Error, CustomStringConvertible {
  var operation: String
  var path: String
  var code: Int32

  init(_ operation: String, _ path: String, code: Int32 = errno) {
    self.operation = operation
    self.path = path
    self.code = code
  }

  var description: String { "\(operation) \(path): \(String(cString: strerror(code)))" }
}
