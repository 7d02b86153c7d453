// Tells playback where the viewer is: at the agreed interval, and at once when the player's state changes.

import { api } from "../api.js";

export class Reporter {
  #video;
  #session;
  #onStop;
  #timer;
  #listeners = new AbortController();
  #lastState = null;
  #isOver = false;

  constructor(video, session, onStop) {
    this.#video = video;
    this.#session = session;
    this.#onStop = onStop;
    const on = (name, state) => video.addEventListener(name, () => this.#report(state), { signal: this.#listeners.signal });
    on("playing", "playing");
    on("pause", "paused");
    on("waiting", "buffering");
    on("ended", "ended");
    this.#timer = setInterval(() => this.#report(), session.heartbeatSeconds * 1000);
    // Closing the page is stopping.
    addEventListener("pagehide", () => this.stop(), { signal: this.#listeners.signal });
  }

  get #state() {
    const video = this.#video;
    if (video.ended) return "ended";
    if (video.paused) return "paused";
    return video.readyState < HTMLMediaElement.HAVE_FUTURE_DATA ? "buffering" : "playing";
  }

  async #report(state = this.#state) {
    if (this.#lastState === null && state !== "playing") return; // Not begun.
    if (this.#lastState === "ended") return;
    this.#lastState = state;
    try {
      const answer = await api.heartbeat(this.#session.id, this.#video.currentTime, state);
      if (answer.action === "stop" && state !== "ended") this.#over(answer.reason ?? "Playing was stopped.");
    } catch (problem) {
      if (problem.status === 404) this.#over("This playing session has ended.");
      // Anything else: the next heartbeat tries again, the film goes on.
    }
  }

  // Told once, however many reports are under way.
  #over(reason) {
    if (this.#isOver) return;
    this.#isOver = true;
    clearInterval(this.#timer);
    this.#listeners.abort();
    this.#onStop(reason);
  }

  /** Reports now, and answers whether the server has ended the session. */
  async isStopped() {
    this.#lastState ??= "buffering";
    await this.#report("buffering");
    return this.#isOver;
  }

  async stop() {
    clearInterval(this.#timer);
    this.#listeners.abort();
    if (this.#isOver) return;
    this.#isOver = true;
    const position = this.#video.currentTime;
    if (this.#lastState !== null && this.#lastState !== "ended") {
      await api.heartbeat(this.#session.id, position, "paused").catch(() => {});
    }
    await api.stopPlayback(this.#session.id).catch(() => {});
  }
}
