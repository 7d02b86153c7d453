import Contract

/// Subject: the title's id. The whole title, sent when it is made and whenever it changes or becomes playable:
/// enough to build a view from. A line of catalog's snapshot is this body, one for every title, oldest first.
package struct TitleChanged: EventBody {
  package static let type = "catalog.title.changed.v1"
  package var title: Title

  package init(title: Title) {
    self.title = title
  }
}
