import CCurl
import ConfigKit
import Foundation
import Synchronization

/// Hands messages to a mail server (RFC 5321) through libcurl, one after the other on a thread of its own, over a
/// connection that is kept.
package final class SMTPCourier: MailCourier {
  /// Messages that may wait for the thread; one more is refused.
  private static let waitingMaximum = 64

  private struct Job: Sendable {
    let message: MailMessage
    let isCancelled: CancelFlag
    let done: @Sendable (Result<Void, MailError>) -> Void
  }

  /// What the thread and the callers share; the thread keeps it alive, not its owner.
  private final class Queue: Sendable {
    let jobs = Mutex<[Job]>([])
    let isStopped = CancelFlag()
    let signal = DispatchSemaphore(value: 0)

    func work(_ settings: SMTPSettings) {
      let line = SMTPLine(settings, isStopped: isStopped)
      while true {
        signal.wait()
        let job = jobs.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        guard let job else {
          if isStopped.isRaised { return }
          continue
        }
        job.done(
          isStopped.isRaised || job.isCancelled.isRaised
            ? .failure(.unreachable("stopping")) : line.send(job.message, isCancelled: job.isCancelled))
      }
    }
  }

  private let queue = Queue()

  package init(settings: SMTPSettings) {
    let thread = Thread { [queue] in
      ccurl_name_thread("smtp")
      queue.work(settings)
    }
    thread.stackSize = 512 * 1024
    thread.start()
  }

  deinit {
    stop()
  }

  package func send(_ message: MailMessage) async throws {
    let isCancelled = CancelFlag()
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
        let job = Job(message: message, isCancelled: isCancelled) { result in
          continuation.resume(with: result.mapError { $0 as any Error })
        }
        let isAccepted = queue.jobs.withLock { jobs in
          guard jobs.count < Self.waitingMaximum, !queue.isStopped.isRaised else { return false }
          jobs.append(job)
          return true
        }
        if isAccepted { queue.signal.signal() } else { job.done(.failure(.unreachable("too many messages wait"))) }
      }
    } onCancel: {
      isCancelled.raise()
    }
  }

  package func stop() {
    queue.isStopped.raise()
    queue.signal.signal()
  }
}

/// Looked at by libcurl about once a second, and whenever something moves.
final class CancelFlag: Sendable {
  private let value = Atomic(false)
  var isRaised: Bool { value.load(ordering: .acquiring) }
  func raise() { value.store(true, ordering: .releasing) }
}

/// One libcurl handle with its connection; owned by the courier's thread.
private final class SMTPLine {
  private final class Watch {
    let isStopped: CancelFlag
    var isCancelled: CancelFlag?

    init(isStopped: CancelFlag) {
      self.isStopped = isStopped
    }
  }

  private let settings: SMTPSettings
  private let watch: Watch
  private let raw: UnsafeMutableRawPointer?
  private let reason = UnsafeMutablePointer<CChar>.allocate(capacity: Int(CURL_ERROR_SIZE))

  init(_ settings: SMTPSettings, isStopped: CancelFlag) {
    self.settings = settings
    watch = Watch(isStopped: isStopped)
    raw = curl_easy_init()
    reason.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
    if let raw { preset(raw) }
  }

  deinit {
    if let raw { curl_easy_cleanup(raw) }
    reason.deallocate()
  }

  private func preset(_ raw: UnsafeMutableRawPointer) {
    ccurl_preset_mail(
      raw,
      { context, _, _, _, _ in
        guard let context else { return 0 }
        let watch = Unmanaged<Watch>.fromOpaque(context).takeUnretainedValue()
        return watch.isStopped.isRaised || watch.isCancelled?.isRaised == true ? 1 : 0
      }, Unmanaged.passUnretained(watch).toOpaque())
    ccurl_set_pointer(raw, CURLOPT_ERRORBUFFER, reason)
    ccurl_set_text(raw, CURLOPT_URL, settings.url)
    ccurl_set_long(raw, CURLOPT_TIMEOUT_MS, settings.deadlineSeconds * 1000)
    ccurl_set_long(raw, CURLOPT_CONNECTTIMEOUT_MS, min(settings.deadlineSeconds, 10) * 1000)
    let encryption =
      switch settings.encryption {
      case .require, .implicit: CURLUSESSL_ALL
      case .try: CURLUSESSL_TRY
      case .off: CURLUSESSL_NONE
      }
    ccurl_set_long(raw, CURLOPT_USE_SSL, Int(encryption.rawValue))
    if !settings.authoritiesFile.isEmpty { ccurl_set_text(raw, CURLOPT_CAINFO, settings.authoritiesFile) }
    if !settings.user.isEmpty {
      ccurl_set_text(raw, CURLOPT_USERNAME, settings.user)
      ccurl_set_text(raw, CURLOPT_PASSWORD, String(decoding: settings.password?.bytes ?? [], as: UTF8.self))
    }
  }

  func send(_ message: MailMessage, isCancelled: CancelFlag) -> Result<Void, MailError> {
    guard let raw else { return .failure(.unreachable("libcurl has no memory")) }
    watch.isCancelled = isCancelled
    defer { watch.isCancelled = nil }
    do throws(MailError) {
      let bytes = try message.composed()
      let (from, to) = (try message.from.path(), try message.to.path())
      ccurl_set_text(raw, CURLOPT_MAIL_FROM, from)
      let recipients = curl_slist_append(nil, to)
      defer { curl_slist_free_all(recipients) }
      let (code, sent) = bytes.withUnsafeBufferPointer { buffer in
        var mail = ccurl_mail(start: buffer.baseAddress, count: buffer.count, sent: 0)
        return withUnsafeMutablePointer(to: &mail) { mail in
          ccurl_set_mail(raw, mail, recipients)
          defer { ccurl_set_mail(raw, nil, nil) }
          return (curl_easy_perform(raw), mail.pointee.sent)
        }
      }
      return result(code, wasSent: sent > 0, raw)
    } catch {
      return .failure(error)
    }
  }

  private func result(_ code: CURLcode, wasSent: Bool, _ raw: UnsafeMutableRawPointer) -> Result<Void, MailError> {
    if code == CURLE_OK { return .success(()) }
    let answer = Int(ccurl_response_code(raw))
    let text = String(cString: reason)
    let reason = text.isEmpty ? String(cString: curl_easy_strerror(code)) : text
    switch code {
    case CURLE_LOGIN_DENIED, CURLE_USE_SSL_FAILED, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_CONNECT_ERROR,
      CURLE_SSL_CACERT_BADFILE, CURLE_COULDNT_CONNECT, CURLE_COULDNT_RESOLVE_HOST:
      return .failure(.unreachable(reason))
    default: break
    }
    switch answer {
    case 400...499: return .failure(.refusedForNow(code: answer))
    case 500...599: return .failure(.refused(code: answer))
    default: return .failure(wasSent ? .interrupted(reason) : .unreachable(reason))
    }
  }
}
