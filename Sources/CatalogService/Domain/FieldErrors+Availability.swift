import Contract

extension FieldErrors {
  /// Nil for one that sets no bounds. `path` is what stands before the names of its fields.
  mutating func availability(_ availability: Availability, _ path: String) -> Availability? {
    if let from = availability.from, let until = availability.until {
      check(from < until, path + "until", "must be after from")
    }
    if let territories = availability.territories {
      let field = path + "territories"
      let bounds = TitleBounds.territories
      check(!territories.isEmpty, field, "must not be empty; without it the title is for everywhere")
      check(territories.count <= bounds.upperBound, field, "must have at most \(bounds.upperBound) elements")
      var seen: Set<Territory> = []
      for (index, territory) in territories.enumerated() where !seen.insert(territory).inserted {
        add("\(field)[\(index)]", "is named before")
      }
    }
    return availability == .unbounded ? nil : availability
  }
}
