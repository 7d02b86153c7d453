#pragma once

// libcurl for Swift: typed wrappers, since Swift cannot call variadic functions, and the callbacks of a collected
// answer in C, so that the hot path never crosses into Swift per chunk. Header only; used by ClientKit alone.

#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

// The name tools such as `top -H` show for the calling thread.
static inline void ccurl_name_thread(const char *name) {
#ifdef __linux__
  prctl(PR_SET_NAME, name, 0, 0, 0);
#endif
}

// MARK: - Options

static inline CURLcode ccurl_set_long(CURL *easy, CURLoption option, long value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_size(CURL *easy, CURLoption option, int64_t value) {
  return curl_easy_setopt(easy, option, (curl_off_t)value);
}

// The text is copied by libcurl, or set back to the default where it is NULL.
static inline CURLcode ccurl_set_text(CURL *easy, CURLoption option, const char *value) {
  return curl_easy_setopt(easy, option, value);
}

static inline CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, void *value) {
  return curl_easy_setopt(easy, option, value);
}

// Not copied: the list must outlive the transfer.
static inline CURLcode ccurl_set_headers(CURL *easy, struct curl_slist *list) {
  return curl_easy_setopt(easy, CURLOPT_HTTPHEADER, list);
}

// Copied, so the bytes need not outlive the call.
static inline CURLcode ccurl_set_body(CURL *easy, const void *bytes, int64_t count) {
  CURLcode code = curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)count);
  return code ? code : curl_easy_setopt(easy, CURLOPT_COPYPOSTFIELDS, bytes);
}

static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
  return curl_multi_setopt(multi, option, value);
}

// MARK: - What is known of a transfer

static inline long ccurl_response_code(CURL *easy) {
  long code = 0;
  curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &code);
  return code;
}

static inline void *ccurl_private(CURL *easy) {
  char *pointer = NULL;
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &pointer);
  return pointer;
}

static inline long ccurl_connections_opened(CURL *easy) {
  long count = 0;
  curl_easy_getinfo(easy, CURLINFO_NUM_CONNECTS, &count);
  return count;
}

// MARK: - A bounded, reusable buffer

struct ccurl_bytes {
  uint8_t *start;
  size_t count;
  size_t capacity;
  size_t limit;
  bool over;  // something did not fit in the limit
};

static inline bool ccurl_append(struct ccurl_bytes *bytes, const void *from, size_t count) {
  if (count > bytes->limit - bytes->count) {
    bytes->over = true;
    return false;
  }
  size_t needed = bytes->count + count;
  if (needed > bytes->capacity) {
    size_t capacity = bytes->capacity ? bytes->capacity : 1024;
    while (capacity < needed) capacity *= 2;
    uint8_t *grown = (uint8_t *)realloc(bytes->start, capacity);
    if (!grown) return false;
    bytes->start = grown;
    bytes->capacity = capacity;
  }
  memcpy(bytes->start + bytes->count, from, count);
  bytes->count = needed;
  return true;
}

// Empties the buffer, keeping at most `keep` bytes of memory for the next use.
static inline void ccurl_empty(struct ccurl_bytes *bytes, size_t limit, size_t keep) {
  if (bytes->capacity > keep) {
    free(bytes->start);
    bytes->start = NULL;
    bytes->capacity = 0;
  }
  bytes->count = 0;
  bytes->limit = limit;
  bytes->over = false;
}

// MARK: - An answer

struct ccurl_answer {
  struct ccurl_bytes head;  // raw header lines of the last status line on
  struct ccurl_bytes body;
  int attempts;             // how often the request began to be sent
  int attempts_allowed;     // 1 where a second sending could have a second effect
};

static size_t ccurl_collect_body(char *from, size_t size, size_t count, void *context) {
  struct ccurl_answer *answer = (struct ccurl_answer *)context;
  return ccurl_append(&answer->body, from, size * count) ? size * count : 0;
}

// True at the empty line that ends a head. An interim head (1xx) is dropped when the next status line comes.
static inline bool ccurl_append_head(struct ccurl_bytes *head, const char *line, size_t count, bool *fits) {
  if (count >= 5 && strncasecmp(line, "HTTP/", 5) == 0) head->count = 0;
  *fits = ccurl_append(head, line, count);
  return count <= 2 && (count == 0 || line[0] == '\r' || line[0] == '\n');
}

static size_t ccurl_collect_head(char *line, size_t size, size_t count, void *context) {
  struct ccurl_answer *answer = (struct ccurl_answer *)context;
  bool fits = true;
  if (answer->body.count == 0) ccurl_append_head(&answer->head, line, size * count, &fits);
  return fits ? size * count : 0;
}

// libcurl sends a request again by itself, whatever its method, when a kept connection turns out dead before the
// first byte of an answer. It asks here before every sending; the count also says whether anything was sent at all.
static int ccurl_before_sending(void *context, char *a, char *b, int c, int d) {
  (void)a, (void)b, (void)c, (void)d;
  struct ccurl_answer *answer = (struct ccurl_answer *)context;
  if (answer->attempts >= answer->attempts_allowed) return CURL_PREREQFUNC_ABORT;
  answer->attempts++;
  return CURL_PREREQFUNC_OK;
}

static inline void ccurl_collect(CURL *easy, struct ccurl_answer *answer) {
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ccurl_collect_body);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, answer);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, ccurl_collect_head);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, answer);
}

static inline void ccurl_stream(
    CURL *easy, curl_write_callback write, curl_write_callback header, curl_read_callback read, void *context) {
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, write);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, context);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, header);
  curl_easy_setopt(easy, CURLOPT_HEADERDATA, context);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, read);
  curl_easy_setopt(easy, CURLOPT_READDATA, context);
}

// What every call of a handle has in common: plain HTTP/1.1 to the address it names, nothing from the environment.
static inline void ccurl_preset(CURL *easy, struct ccurl_answer *answer) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http");
  // HTTP/2 with prior knowledge loses connections in libcurl 7.88 (curl issue 10634).
  curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
  curl_easy_setopt(easy, CURLOPT_TCP_NODELAY, 1L);
  curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, ccurl_before_sending);
  curl_easy_setopt(easy, CURLOPT_PREREQDATA, answer);
}

// MARK: - A mail

struct ccurl_mail {
  const uint8_t *start;
  size_t count;
  size_t sent;
};

static size_t ccurl_read_mail(char *to, size_t size, size_t count, void *context) {
  struct ccurl_mail *mail = (struct ccurl_mail *)context;
  size_t left = mail->count - mail->sent;
  size_t piece = size * count < left ? size * count : left;
  memcpy(to, mail->start + mail->sent, piece);
  mail->sent += piece;
  return piece;
}

static size_t ccurl_discard(char *from, size_t size, size_t count, void *context) {
  (void)from, (void)context;
  return size * count;
}

// What every mail of a handle has in common: SMTP to the address it names, nothing from the environment.
static inline void ccurl_preset_mail(CURL *easy, curl_xferinfo_callback progress, void *context) {
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_PROXY, "");
  curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "smtp,smtps");
  curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
  curl_easy_setopt(easy, CURLOPT_READFUNCTION, ccurl_read_mail);
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, ccurl_discard);
  curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, ccurl_discard);
  curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, progress);
  curl_easy_setopt(easy, CURLOPT_XFERINFODATA, context);
}

// Neither is copied: both must outlive the sending.
static inline void ccurl_set_mail(CURL *easy, struct ccurl_mail *mail, struct curl_slist *recipients) {
  curl_easy_setopt(easy, CURLOPT_READDATA, mail);
  curl_easy_setopt(easy, CURLOPT_MAIL_RCPT, recipients);
}
