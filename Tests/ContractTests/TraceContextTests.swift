import Contract
import Testing

@Suite struct TraceContextTests {
  @Test("A traceparent reads back as the same context")
  func roundTrip() {
    let root = TraceContext.root(isSampled: true)
    #expect(TraceContext(traceparent: root.traceparent) == root)
    #expect(root.child().traceID == root.traceID)
    #expect(root.child().spanID != root.spanID)
  }

  @Test(
    "What the specification forbids is no context",
    arguments: [
      "", "00-00000000000000000000000000000000-b7ad6b7169203331-01",
      "00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01",
      "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
      "01-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
    ])
  func refused(text: String) {
    #expect(TraceContext(traceparent: text) == nil)
  }
}
