import EncodingAPI

extension TaskOutput {
  static func probed(as folder: String? = nil) -> TaskOutput {
    TaskOutput {
      $0.folder = folder
      $0.facts = Desk.facts
    }
  }
}
