// Every call this page makes goes through the public API, here.

import { session } from "./session.js";

/** An answer that is not a success: RFC 9457 problem details. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.detail ?? `The server answered ${status}.`);
    this.status = status;
    this.code = body?.type?.split("/").pop();
    this.errors = body?.errors ?? [];
  }
}

let refreshing = null;

async function refresh() {
  // One refresh at a time: a refresh token may be used once.
  refreshing ??= send("POST", "/v1/sessions/refresh", { refreshToken: session.refreshToken }, false)
    .then((answer) => session.rotate(answer))
    .finally(() => { refreshing = null; });
  return refreshing;
}

async function send(method, path, body, isAuthorised = true, options = {}) {
  const headers = { ...options.headers };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (isAuthorised && session.accessToken) headers.Authorization = `Bearer ${session.accessToken}`;
  const response = await fetch(path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body), ...options.fetch });
  if (response.ok) return [202, 204].includes(response.status) ? null : response.json();
  throw new Problem(response.status, await response.json().catch(() => null));
}

async function authorised(method, path, body, options) {
  try {
    return await send(method, path, body, true, options);
  } catch (problem) {
    if (problem.status !== 401 || !session.refreshToken) throw problem;
    try {
      await refresh();
    } catch (failure) {
      if (failure.status === 401) { session.signOut(); location.hash = "#/login"; }
      throw failure;
    }
    return send(method, path, body, true, options);
  }
}

const mine = (path) => `/v1/profiles/${session.profile.id}${path}`;

// The screen's shorter side, rounded up to a usual rendition: a little too sharp is better than a little too dull.
const heights = [480, 720, 1080, 1440, 2160, 4320];
const screenHeight = () => heights.find((height) => height >= Math.min(screen.width, screen.height) * devicePixelRatio) ?? 8640;
const query = (fields) => new URLSearchParams(Object.entries(fields).filter(([, value]) => value != null)).toString();

/** Sent twice, after a token was refreshed or a connection broke, it is still done once. */
const once = () => ({ "Idempotency-Key": crypto.randomUUID?.() ?? String(Math.random()) });

export const api = {
  logIn: (email, password) =>
    send("POST", "/v1/sessions", { email, password, device: { name: navigator.platform || "Browser", kind: "web" } }, false),
  confirmAddress: (token) => send("POST", "/v1/email-verifications/confirmation", { token }, false),
  requestPasswordReset: (email) => send("POST", "/v1/password-resets", { email }, false),
  resetPassword: (token, newPassword) => send("POST", "/v1/password-resets/confirmation", { token, newPassword }, false),
  waitingDevice: (code) => authorised("GET", `/v1/device-codes/${encodeURIComponent(code)}`),
  decideDevice: (code, decision) => authorised("POST", `/v1/device-codes/${encodeURIComponent(code)}/approval`, { decision }),
  profiles: () => authorised("GET", "/v1/profiles"),
  /** `proof` is `{ pin }` or `{ password }`; without a profile the device is nobody's. */
  useProfile: (profileId, proof = {}) => authorised("PUT", "/v1/sessions/current/profile", { profileId, ...proof }),
  changeProfile: (id, change) => authorised("PATCH", `/v1/profiles/${id}`, change),
  setPIN: (id, pin, password) => authorised("PUT", `/v1/profiles/${id}/pin`, { pin, password }),
  removePIN: (id, password) => authorised("DELETE", `/v1/profiles/${id}/pin`, { password }),
  plans: () => authorised("GET", "/v1/plans"),
  account: () => authorised("GET", "/v1/account"),
  changePlan: (plan) => authorised("PUT", "/v1/account/plan", { plan }),
  home: () => authorised("GET", mine("/home")),
  row: (id, cursor) => authorised("GET", `${mine(`/rows/${encodeURIComponent(id)}`)}?${query({ cursor })}`),
  history: (cursor) => authorised("GET", `${mine("/history")}?${query({ cursor })}`),
  hide: (id) => authorised("DELETE", mine(`/history/${id}`)),
  setListed: (id, isListed) => authorised(isListed ? "PUT" : "DELETE", mine(`/list/${id}`)),
  rate: (id, thumbs) => thumbs
    ? authorised("PUT", mine(`/ratings/${id}`), { thumbs })
    : authorised("DELETE", mine(`/ratings/${id}`)),
  title: (id) => authorised("GET", mine(`/titles/${id}`)),
  taste: () => authorised("GET", mine("/taste")),
  resetTaste: () => authorised("DELETE", mine("/taste")),
  setHidden: (id, isHidden) => authorised(isHidden ? "PUT" : "DELETE", mine(`/hidden/${id}`)),
  reportImpressions: (pageId, titleIds) =>
    authorised("POST", mine("/impressions"), { pageId, titleIds }, { fetch: { keepalive: true } }),
  search: (q, signal) => authorised("GET", `${mine("/search")}?${query({ q })}`, undefined, { fetch: { signal } }),
  startPlayback: (titleId) =>
    authorised("POST", mine("/playback-sessions"), { titleId, device: { kind: "web", maxHeight: screenHeight() } },
      { headers: once() }),
  heartbeat: (id, positionSeconds, state) =>
    authorised("POST", `/v1/playback-sessions/${id}/heartbeats`, { positionSeconds, state }, { fetch: { keepalive: true } }),
  stopPlayback: (id) => authorised("DELETE", `/v1/playback-sessions/${id}`, undefined, { fetch: { keepalive: true } }),

  // For operators.
  experiments: () => authorised("GET", "/v1/studio/experiments"),
  experiment: (id) => authorised("GET", `/v1/studio/experiments/${encodeURIComponent(id)}`),
  startExperiment: (experiment) => authorised("POST", "/v1/studio/experiments", experiment, { headers: once() }),
  endExperiment: (id) => authorised("DELETE", `/v1/studio/experiments/${encodeURIComponent(id)}`),
  replay: (days) => authorised("GET", `/v1/studio/replay?${query({ days })}`),
  models: () => authorised("GET", "/v1/studio/models"),
  pinModel: (version) => authorised("PUT", "/v1/studio/models/pin", { version }),
  releaseModel: () => authorised("DELETE", "/v1/studio/models/pin"),
  trainModel: () => authorised("POST", "/v1/studio/models/trainings"),

  /** A picture as a blob address: pictures need the same authorisation as everything else. */
  async picture(path) {
    const response = await fetch(path, { headers: { Authorization: `Bearer ${session.accessToken}` } });
    if (!response.ok) throw new Problem(response.status);
    return URL.createObjectURL(await response.blob());
  },
};
