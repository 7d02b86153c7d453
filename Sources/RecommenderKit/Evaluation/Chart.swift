import Foundation

/// Plots as SVG inside of a page: no script, no font, nothing fetched.
enum Chart {
  struct Bar {
    let label: String
    let mean: Double
    let low: Double
    let high: Double
  }

  private static let colours = ["#2b6cb0", "#dd6b20", "#718096", "#38a169", "#805ad5", "#d53f8c"]

  static func colour(_ index: Int) -> String { colours[index % colours.count] }

  /// Horizontal bars with their intervals.
  static func bars(_ bars: [Bar], title: String) -> String {
    let most = max(bars.map(\.high).max() ?? 0, 1e-9)
    let height = 28 * bars.count + 8
    var svg = open(width: 640, height: height, title: title)
    for (index, bar) in bars.enumerated() {
      let y = 28 * index + 4
      func x(_ value: Double) -> Double { 150 + value / most * 400 }
      svg += text(140, y + 15, bar.label, anchor: "end")
      svg +=
        #"<rect x="150" y="\#(y)" width="\#(point(x(bar.mean) - 150))" height="20" fill="\#(colour(index))"/>"#
      svg += line(x(bar.low), Double(y) + 10, x(bar.high), Double(y) + 10)
      for end in [bar.low, bar.high] { svg += line(x(end), Double(y) + 5, x(end), Double(y) + 15) }
      svg += text(Int(x(bar.high)) + 8, y + 15, String(format: "%.3f", bar.mean), anchor: "start")
    }
    return svg + "</svg>"
  }

  /// Lines over the same positions; a missing value interrupts nothing, it is left out.
  ///
  /// - Parameter least: what stands at the foot of the plot.
  static func lines(
    _ series: [(name: String, values: [Double?])], positions: [String], title: String, from least: Double = 0
  ) -> String {
    let most = max(series.flatMap { $0.values.compactMap { $0 } }.max() ?? 0, least + 1e-9)
    var svg = open(width: 640, height: 270, title: title)
    func x(_ index: Int) -> Double { 60 + Double(index) * 420 / Double(max(1, positions.count - 1)) }
    func y(_ value: Double) -> Double { 220 - (value - least) / (most - least) * 200 }
    for fraction in [0, 0.25, 0.5, 0.75, 1] {
      let value = least + (most - least) * fraction
      svg += line(60, y(value), 480, y(value), colour: "#e2e8f0")
      svg += text(54, Int(y(value)) + 4, String(format: "%.3f", value), anchor: "end")
    }
    for (index, position) in positions.enumerated() { svg += text(Int(x(index)), 240, position, anchor: "middle") }
    for (number, one) in series.enumerated() {
      let points = one.values.enumerated().compactMap { index, value in value.map { (x(index), y($0)) } }
      let path = points.map { "\(point($0.0)),\(point($0.1))" }.joined(separator: " ")
      svg += #"<polyline points="\#(path)" fill="none" stroke="\#(colour(number))" stroke-width="2"/>"#
      for (x, y) in points {
        svg += #"<circle cx="\#(point(x))" cy="\#(point(y))" r="3" fill="\#(colour(number))"/>"#
      }
      svg += text(496, 30 + 20 * number, one.name, anchor: "start", colour: colour(number))
    }
    return svg + "</svg>"
  }

  static func escaped(_ text: String) -> String {
    text.replacingOccurrences(of: "&", with: "&amp;").replacingOccurrences(of: "<", with: "&lt;")
      .replacingOccurrences(of: ">", with: "&gt;").replacingOccurrences(of: "\"", with: "&quot;")
  }

  private static func open(width: Int, height: Int, title: String) -> String {
    #"<svg viewBox="0 0 \#(width) \#(height)" role="img"><title>\#(escaped(title))</title>"#
  }

  private static func line(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double, colour: String = "#1a202c") -> String
  {
    #"<line x1="\#(point(x1))" y1="\#(point(y1))" x2="\#(point(x2))" y2="\#(point(y2))" stroke="\#(colour)"/>"#
  }

  private static func text(_ x: Int, _ y: Int, _ text: String, anchor: String, colour: String = "#1a202c") -> String {
    #"<text x="\#(x)" y="\#(y)" text-anchor="\#(anchor)" fill="\#(colour)">\#(escaped(text))</text>"#
  }

  private static func point(_ value: Double) -> String { String(format: "%.1f", value) }
}
