/// How a film is to be encoded; what is absent is left to the service's settings.
package struct JobOptions: Codable, Sendable, Hashable {
  /// Whose tasks come first where encoders are scarce; jobs of one priority share them evenly.
  package var priority: JobPriority?

  package init() {}
}

package enum JobPriority: String, Codable, Sendable, CaseIterable {
  case low, normal, high
}
