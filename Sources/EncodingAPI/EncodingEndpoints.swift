package import Contract

/// What encoding answers.
package enum EncodingEndpoints {
  package static let createJob = Endpoint<Empty, NewJob, EncodingJob>(
    "encoding.createJob", .post, "/v1/studio/jobs", access: .operator, status: 201,
    summary: "Encode a film file for a title.")

  package static let jobs = Endpoint<JobsQuery, Empty, Page<EncodingJob>>(
    "encoding.jobs", .get, "/v1/studio/jobs", access: .operator,
    summary: "Encoding jobs, newest first, without tasks; all, or those of one state.")

  package static let job = Endpoint<JobPath, Empty, EncodingJob>(
    "encoding.job", .get, "/v1/studio/jobs/{job}", access: .operator,
    summary: "One job: state, progress, tasks, renditions, and why it failed if it did.")

  package static let cancelJob = Endpoint<JobPath, Empty, EncodingJob>(
    "encoding.cancelJob", .delete, "/v1/studio/jobs/{job}", access: .operator, status: 200,
    summary: "Stop a job that has not ended.")

  package static let changeJob = Endpoint<JobPath, JobChange, EncodingJob>(
    "encoding.changeJob", .patch, "/v1/studio/jobs/{job}", access: .operator,
    summary: "Set the priority of a job that has not ended.")

  package static let retryJob = Endpoint<JobPath, Empty, EncodingJob>(
    "encoding.retryJob", .post, "/v1/studio/jobs/{job}/retries", access: .operator,
    summary: "Let a failed job go on from what is finished.")

  /// Events `task` and `job`, in JSON as in the job itself; `Last-Event-ID` is understood.
  package static let jobEvents = Endpoint<JobPath, Empty, Empty>(
    "encoding.jobEvents", .get, "/v1/studio/jobs/{job}/events", access: .operator, status: 200,
    summary: "What happens to a job as it happens, as server-sent events, until it ends.")

  // MARK: For encoders

  /// Waits up to `waitSeconds` for a task; no lease in the answer means none became ready.
  package static let lease = Endpoint<Empty, LeaseRequest, LeaseAnswer>(
    "encoding.lease", .post, "/internal/encoding/leases", access: .service, summary: "Lease the next ready task.")

  package static let heartbeat = Endpoint<TaskPath, TaskHeartbeat, TaskHeartbeatAnswer>(
    "encoding.heartbeat", .post, "/internal/encoding/tasks/{task}/heartbeats", access: .service,
    summary: "Keep a lease, say how far the task is.")

  package static let storeClaims = Endpoint<Empty, StoreFinds, StoreVerdict>(
    "encoding.storeClaims", .post, "/internal/encoding/store-claims", access: .service,
    summary: "What of the media store nobody needs any more.")

  package static let report = Endpoint<TaskPath, TaskReport, Empty>(
    "encoding.report", .post, "/internal/encoding/tasks/{task}/result", access: .service,
    bodyLimitBytes: 1024 * 1024, summary: "How a leased task ended; refused without the current token.")

  /// The bytes of one of the task's ``TaskWork/sources``, whole or from an offset on (`Range: bytes=N-`).
  package static let source = Endpoint<TaskSourcePath, Empty, Empty>(
    "encoding.source", .get, "/internal/encoding/tasks/{task}/sources/{fingerprint}", access: .service, status: 200,
    summary: "A film file, for encoders that do not see it; refused without the current token.")
}

package struct JobsQuery: Codable, Sendable {
  package var limit: Int?
  package var cursor: String?
  package var state: JobState?

  package init(limit: Int? = nil, cursor: String? = nil, state: JobState? = nil) {
    self.limit = limit
    self.cursor = cursor
    self.state = state
  }
}

package struct JobPath: Codable, Sendable {
  package var job: JobID

  package init(job: JobID) {
    self.job = job
  }
}

package struct TaskPath: Codable, Sendable {
  package var task: EncodingTaskID

  package init(task: EncodingTaskID) {
    self.task = task
  }
}

package struct TaskSourcePath: Codable, Sendable {
  package var task: EncodingTaskID
  package var fingerprint: String
  /// Of the task's present lease.
  package var token: Int

  package init(task: EncodingTaskID, fingerprint: String, token: Int) {
    self.task = task
    self.fingerprint = fingerprint
    self.token = token
  }
}
