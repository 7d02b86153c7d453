import Contract
import NIOCore
import PlaybackAPI
package import ServerKit

/// Starting, reporting and stopping.
package struct SessionRoutes: Sendable {
  let starting: StartPlaybackSession
  let heartbeats: RecordHeartbeat
  let stopping: StopPlaybackSession
  let counts: PlaybackCounts

  package func add(to routes: inout Routes) {
    routes.answer(PlaybackEndpoints.start) { call in
      let viewer = try call.request.viewer(of: call.parameters.profile)
      let answer = try await counts.counting {
        try await starting.start(
          call.body, by: viewer, idempotencyKey: call.request.context.idempotencyKey,
          trace: call.request.context.trace)
      }
      return .json(answer, status: PlaybackEndpoints.start.status)
    }
    routes.raw(PlaybackEndpoints.heartbeat) { call in
      let account = try call.request.account()
      let session = try call.session()
      try call.requirePlainJSON()
      let body = try await call.body.collect(upTo: PlaybackEndpoints.heartbeat.bodyLimitBytes)
      let heartbeat = try HeartbeatReader.read(Array(buffer: body))
      let outcome = try await heartbeats.record(
        heartbeat, of: session, account: account, profile: call.request.principal.profile,
        trace: call.request.context.trace)
      counts.heartbeat(heartbeat.state)
      return .json(PlaybackBytes.heartbeatAnswer(outcome))
    }
    routes.on(PlaybackEndpoints.stop) { call in
      try await stopping.stop(
        call.parameters.session, of: call.request.account(), profile: call.request.principal.profile,
        trace: call.request.context.trace)
      return Empty()
    }
  }
}
