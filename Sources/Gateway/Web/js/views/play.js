import { api } from "../api.js";
import { h } from "../dom.js";
import { attach } from "../player/attach.js";
import { Reporter } from "../player/reporter.js";
import { menus, wantedAudio } from "../player/tracks.js";

const reasons = {
  leaseExpired: "Playing was stopped: nothing was heard of this device for a while.",
  profileDeleted: "This profile was deleted.",
  profileLocked: "This profile was given a PIN: choose it again to go on.",
  signedOut: "This device was signed out.",
};

/** Plays a title; answers a function that ends the playing. */
export async function play(main, id) {
  const problem = h("p", { class: "problem", role: "alert" });
  const video = h("video", { controls: true, autoplay: true, playsinline: true });
  const heading = h("h1", {}, "");
  const choices = h("div", { class: "choices" });
  main.replaceChildren(h("div", { class: "player" }, video,
    h("div", { class: "bar" }, h("a", { href: `#/title/${id}`, "aria-label": "Back" }, "← Back"), heading, choices), problem));

  let isLeft = false;
  let end = () => {};

  // One playback session; `at` overrides where it was left.
  async function begin(at) {
    const opened = await api.startPlayback(id);
    if (isLeft) { api.stopPlayback(opened.id).catch(() => {}); return; }
    if (at > 0) opened.resumeAtSeconds = at;
    const reporter = new Reporter(video, opened, stopped);
    // The server may have ended the session: then its answer says why, and the stream's own complaint is old.
    const audio = wantedAudio(opened);
    const stream = attach(video, opened, async (message) => {
      if (!await reporter.isStopped()) problem.textContent = message;
    }, audio);
    choices.replaceChildren(...menus(video, opened, audio, (name) => stream.chooseAudio(name)));
    end = () => { reporter.stop(); stream.detach(); };
  }

  async function stopped(reason) {
    const at = video.currentTime;
    video.pause();
    if (reason !== "planChanged") { problem.textContent = reasons[reason] ?? reason; return; }
    problem.textContent = "The plan was changed; starting again …";
    end();
    end = () => {};
    try {
      await begin(at);
      problem.textContent = "";
    } catch (failure) {
      problem.textContent = failure.message;
    }
  }

  await begin();
  api.title(id).then((page) => { heading.textContent = page.name; }).catch(() => {});
  video.addEventListener("error", () => { problem.textContent = video.error?.message || "This film cannot be played."; });
  return () => {
    isLeft = true;
    end();
  };
}
