import Foundation

/// An evaluation as one HTML page that needs nothing else.
package struct EvaluationPage {
  private let data: EvaluationData
  private let rows: [Evaluation.Row]
  private let model: TrainedModel
  private let resamples: Int

  /// The first row is the model's.
  package init(_ data: EvaluationData, rows: [Evaluation.Row], model: TrainedModel, resamples: Int = 1000) {
    self.data = data
    self.rows = rows
    self.model = model
    self.resamples = resamples
  }

  package var html: String {
    """
    <!doctype html>
    <html lang="en"><head><meta charset="utf-8"><title>Recommendations, evaluated</title>
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
    <meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light">
    <style>
    body { font: 16px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem;
      color: #1a202c; background: #fff }
    div { overflow-x: auto } table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
    th, td { text-align: right; padding: .3rem .5rem; white-space: nowrap }
    th { vertical-align: bottom }
    th:first-child, td:first-child { text-align: left } tr { border-bottom: 1px solid #e2e8f0 }
    small { color: #4a5568 } svg { display: block; width: 100%; max-width: 52rem; font: 13px system-ui, sans-serif }
    </style></head><body>
    <h1>Recommendations, evaluated</h1>
    <p>\(data.trainingEvents) events of \(data.interactions.profileCount) profiles and \(data.titles.count) titles to
    train on; \(data.cases.count) profiles to recommend to. Intervals hold the mean in 95 of 100 draws of other
    profiles.
    \(data.unknownRelevant) relevant titles are in no event of the training and cannot be found by anybody.
    \(data.faults.isEmpty ? "" : "\(data.faults.count) lines could not be read and were left out.")</p>
    \(table)
    \(bars)
    <h2>By length of history</h2>
    <p>NDCG@100 of profiles with so many liked titles folded in.</p>
    \(byHistory)
    <h2>Lead of the model</h2>
    \(leads)
    <h2>What was tried on held-out profiles of the training</h2>
    \(ridges)
    </body></html>

    """
  }

  private var table: String {
    let head = Evaluation.metrics.map { "<th>\($0)</th>" }.joined()
    let body = rows.map { row in
      let cells = Evaluation.metrics.indices.map { metric in
        let interval = row.interval(of: metric, resamples: resamples)
        return "<td>\(number(interval.mean))<br><small>\(number(interval.low)) – \(number(interval.high))</small></td>"
      }.joined()
      let memory = row.training.peakBytes.map { "\($0 / 1_000_000)" } ?? "–"
      return "<tr><td>\(Chart.escaped(row.name))</td>\(cells)<td>\(number(row.training.cpuSeconds, 2))</td>"
        + "<td>\(memory)</td><td>\(number(row.medianMicroseconds, 0))</td>"
        + "<td>\(number(100 * row.coverage(of: data.titles.count), 0)) %</td></tr>"
    }.joined(separator: "\n")
    return """
      <div tabindex="0"><table><tr><th></th>\(head)
      <th>CPU s<br>to train</th><th>MB<br>to train</th><th>µs<br>a score</th><th>coverage</th></tr>
      \(body)</table></div>
      <p><small>µs: scores of all titles and the best 100, median.
      Coverage: titles among the first 20 of anybody.</small></p>
      """
  }

  private var bars: String {
    Evaluation.metrics.indices.map { metric in
      let bars = rows.map { row in
        let interval = row.interval(of: metric, resamples: resamples)
        return Chart.Bar(label: row.name, mean: interval.mean, low: interval.low, high: interval.high)
      }
      return "<h2>\(Evaluation.metrics[metric])</h2>\n" + Chart.bars(bars, title: Evaluation.metrics[metric])
    }.joined(separator: "\n")
  }

  private var byHistory: String {
    let bounds = [0...0, 1...2, 3...5, 6...10, 11...20, 21...50, 51...Int.max]
    let positions = bounds.map { bound in
      switch bound.upperBound {
      case bound.lowerBound: "\(bound.lowerBound)"
      case .max: "\(bound.lowerBound)+"
      case let last: "\(bound.lowerBound)–\(last)"
      }
    }
    let series = rows.map { row in
      (
        name: row.name,
        values: bounds.map { bound -> Double? in
          let places = data.cases.indices.filter { bound.contains(data.cases[$0].history.count) }
          return places.isEmpty ? nil : places.reduce(0) { $0 + row.values[3][$1] } / Double(places.count)
        }
      )
    }
    return Chart.lines(series, positions: positions, title: "NDCG@100 by length of history")
  }

  private var leads: String {
    guard let first = rows.first else { return "" }
    let items = rows.dropFirst().map { other in
      let lead = first.lead(over: other, in: 3, resamples: resamples)
      return "<li>over \(Chart.escaped(other.name)): \(number(lead.mean)) NDCG@100 "
        + "<small>(\(number(lead.low)) to \(number(lead.high)), on the same profiles)</small></li>"
    }
    return "<ul>\(items.joined())</ul>"
  }

  private var ridges: String {
    guard let heldOut = model.heldOut else { return "<p>Too few profiles to hold any out: λ is \(model.ridge).</p>" }
    let linear = heldOut.linearTrials
    let figures = linear.map(\.ndcgAt100)
    let series = [(name: "NDCG@100", values: linear.map { Optional($0.ndcgAt100) })]
    let blends = heldOut.blendTrials.map { trial in
      let name = "share \(number(Double(trial.blendShare), 1)), regularization \(trial.regularization)"
      return "<li>\(name): \(number(trial.ndcgAt100, 4))</li>"
    }
    let blended = heldOut.best.blendShare > 0 ? "blended with factors" : "the linear model alone"
    return "<p>\(heldOut.best.profiles) profiles; taken: λ \(Int(heldOut.best.ridge)), \(blended), "
      + "NDCG@100 \(number(heldOut.best.ndcgAt100, 4)).</p>"
      + "<p>NDCG@100 by λ, of the linear part:</p>"
      + Chart.lines(
        series, positions: linear.map { "\(Int($0.ridge))" }, title: "NDCG@100 by λ",
        // They differ by little, which from 0 could not be seen.
        from: max(0, (figures.min() ?? 0) - 0.02))
      + (blends.isEmpty ? "" : "<p>Blends tried:</p><ul>\(blends.joined())</ul>")
  }

  private func number(_ value: Double, _ places: Int = 3) -> String {
    String(format: "%.\(places)f", value).replacingOccurrences(of: "-", with: "−")
  }
}
