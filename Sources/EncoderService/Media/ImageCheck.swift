import Contract
import EncodingAPI

/// A poster, and a storyboard every cue of which shows a sheet that exists.
struct ImageCheck: Sendable {
  var plan: FilmPlan
  var folder: String

  func evidence() throws -> [String] {
    guard TextFile.size("\(folder)/\(MediaNames.poster)") ?? 0 > 0 else {
      throw EncodingFault.wrongResult("Check images: there is no poster.")
    }
    let storyboard = try TextFile.read("\(folder)/\(MediaLayout.storyboard)")
    let sheets = storyboard.split(separator: "\n").compactMap { line in
      line.contains("#xywh=") ? line.split(separator: "#").first : nil
    }
    guard !sheets.isEmpty else { throw EncodingFault.wrongResult("Check images: the storyboard has no tiles.") }
    for sheet in Set(sheets) where TextFile.size("\(folder)/\(sheet)") ?? 0 == 0 {
      throw EncodingFault.wrongResult("Check images: the storyboard names \(sheet), which is not there.")
    }
    return ["images: a poster and a storyboard of \(sheets.count) tiles"]
  }
}
