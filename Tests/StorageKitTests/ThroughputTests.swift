import Foundation
import StorageKit
import Testing

/// Prints what this machine does and judges only that everything is there: tests share the machine with each other and
/// are not optimised.
@Suite("Throughput", .serialized)
struct ThroughputTests {
  @Test("What 64 clients write at once is all there and found by point reads; how fast is printed")
  func figures() async throws {
    try await withNotes { database in
      let clients = 64
      let writesEach = 50
      let start = ContinuousClock.now
      try await withThrowingTaskGroup(of: Void.self) { group in
        for client in 0..<clients {
          group.addTask {
            for number in 0..<writesEach { try await database.insert("\(client)-\(number)") }
          }
        }
        try await group.waitForAll()
      }
      let writesPerSecond = Double(clients * writesEach) / (milliseconds(.now - start) / 1000)

      let reads = 5000
      let readStart = ContinuousClock.now
      var found = 0
      for number in 0..<reads {
        found += try database.read {
          try $0.first("SELECT text FROM note WHERE id = ?", number % 3200 + 1) { _ in 1 } ?? 0
        }
      }
      let microseconds = milliseconds(.now - readStart) * 1000 / Double(reads)
      FileHandle.standardError.write(
        Data(
          "StorageKit: \(Int(writesPerSecond)) durable writes/s by 64 clients, \(microseconds) µs a point read\n".utf8))
      #expect(found == reads)
      #expect(try database.read { try $0.first("SELECT COUNT(*) FROM note") { $0.int(0) } } == clients * writesEach)
    }
  }
}
