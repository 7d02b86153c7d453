import Contract

/// Gathers what is wrong with the fields of a request, so that a client hears all of it at once.
struct FieldErrors {
  private var errors: [Problem.FieldError] = []

  /// What `check` makes of the field, or nil with its complaint noted.
  mutating func check<Value>(_ field: String, _ check: () throws(UnacceptableValue) -> Value) -> Value? {
    do {
      return try check()
    } catch {
      note(field, error.message)
      return nil
    }
  }

  mutating func note(_ field: String, _ message: String) {
    errors.append(.init(field: field, message: message))
  }

  /// A 422 problem, if anything was noted.
  var problem: Problem? { errors.isEmpty ? nil : .invalid(errors) }
}

/// A field's value breaks a rule; the message completes a sentence that begins with the field's name.
struct UnacceptableValue: Error {
  let message: String

  init(_ message: String) {
    self.message = message
  }
}
