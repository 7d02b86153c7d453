import TelemetryKit
import Testing

@Suite("Metrics")
struct MetricsTests {
  @Test("Counters, gauges and observations are shown as Prometheus text, in the order of names")
  func exposition() {
    let metrics = Metrics()
    let plays = metrics.counter("plays_total", help: "Plays.", labels: ["kind"])
    plays.increment(["film"])
    plays.increment(by: 2, ["series"])
    metrics.gauge("depth_bytes", help: "Depth\nof it.").set(1.5)
    metrics.observe("age_seconds", help: "Age.") { 3 }
    #expect(
      metrics.exposition() == """
        # HELP age_seconds Age.
        # TYPE age_seconds gauge
        age_seconds 3
        # HELP depth_bytes Depth\\nof it.
        # TYPE depth_bytes gauge
        depth_bytes 1.5
        # HELP plays_total Plays.
        # TYPE plays_total counter
        plays_total{kind="film"} 1
        plays_total{kind="series"} 2

        """)
  }

  @Test("A histogram's buckets are cumulative and hold what is at their bound")
  func histogram() {
    let metrics = Metrics()
    let sizes = metrics.histogram("size_bytes", help: "Size.", buckets: [1, 10])
    for value in [0.5, 1, 2, 10, 11] { sizes.record(value) }
    let lines = metrics.exposition().split(separator: "\n").dropFirst(2)
    #expect(
      Array(lines) == [
        #"size_bytes_bucket{le="1"} 2"#, #"size_bytes_bucket{le="10"} 4"#, #"size_bytes_bucket{le="+Inf"} 5"#,
        "size_bytes_sum 24.5", "size_bytes_count 5",
      ])
  }

  @Test("Label values are escaped")
  func escaping() {
    let metrics = Metrics()
    metrics.counter("x_total", help: "X.", labels: ["l"]).increment(["a\"b\\c\nd"])
    #expect(metrics.exposition().contains(#"x_total{l="a\"b\\c\nd"} 1"#))
  }

  @Test("Label values beyond the limit are counted together")
  func bounded() {
    let metrics = Metrics()
    let counter = metrics.counter("x_total", help: "X.", labels: ["l"])
    for index in 0..<10_000 { counter.increment(["v\(index)"]) }
    let lines = metrics.exposition().split(separator: "\n")
    #expect(lines.count <= Metrics.seriesLimit + 3)
    #expect(lines.contains("x_total{l=\"other\"} \(10_000 - Metrics.seriesLimit)"))
  }

  @Test("The same name gives the same metric")
  func same() {
    let metrics = Metrics()
    metrics.counter("x_total", help: "X.").increment()
    metrics.counter("x_total", help: "X.").increment()
    #expect(metrics.exposition().contains("x_total 2"))
  }

  @Test("Increments from many tasks are all counted")
  func concurrent() async {
    let metrics = Metrics()
    let counter = metrics.counter("x_total", help: "X.", labels: ["l"])
    let histogram = metrics.histogram("h", help: "H.", buckets: [1])
    await withDiscardingTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1000 {
            counter.increment(["a"])
            histogram.record(2)
          }
        }
      }
    }
    #expect(metrics.exposition().contains(#"x_total{l="a"} 8000"#))
    #expect(metrics.exposition().contains("h_count 8000"))
  }

  @Test("The process tells of itself")
  func process() {
    let metrics = Metrics()
    ProcessMetrics.register(in: metrics)
    let values = Dictionary(
      uniqueKeysWithValues: metrics.exposition().split(separator: "\n").filter { !$0.hasPrefix("#") }
        .map { line in
          let sides = line.split(separator: " ")
          return (String(sides[0]), Double(sides[1]) ?? 0)
        })
    #expect(values.count == 4)
    #expect(values["process_cpu_seconds_total"] ?? 0 > 0)
    #expect(values["process_resident_memory_bytes"] ?? 0 > 1_000_000)
    #expect(values["process_open_fds"] ?? 0 >= 3)
    #expect(values["process_start_time_seconds"] ?? 0 > 1_000_000_000)
  }
}
