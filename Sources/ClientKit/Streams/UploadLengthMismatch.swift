/// The upload ended early or went on after the length it had declared, in bytes.
package struct UploadLengthMismatch: Error, Equatable {
  package let declared: Int
  package let given: Int

  package init(declared: Int, given: Int) {
    self.declared = declared
    self.given = given
  }
}
