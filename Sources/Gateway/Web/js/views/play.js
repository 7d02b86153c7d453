import { api } from "../api.js";
import { h } from "../dom.js";
import { attach } from "../player/attach.js";
import { Reporter } from "../player/reporter.js";

/** Plays a title; answers a function that ends the playing. */
export async function play(main, id) {
  const problem = h("p", { class: "problem", role: "alert" });
  const video = h("video", { controls: true, autoplay: true, playsinline: true });
  const heading = h("h1", {}, "");
  main.replaceChildren(h("div", { class: "player" }, video,
    h("div", { class: "bar" }, h("a", { href: `#/title/${id}`, "aria-label": "Back" }, "← Back"), heading), problem));

  const opened = await api.startPlayback(id);
  api.title(id).then((page) => { heading.textContent = page.name; }).catch(() => {});
  const detach = attach(video, opened, (message) => { problem.textContent = message; });
  const reporter = new Reporter(video, opened, (reason) => {
    video.pause();
    problem.textContent = reason;
  });
  video.addEventListener("error", () => { problem.textContent = video.error?.message || "This film cannot be played."; });
  return () => {
    reporter.stop();
    detach();
  };
}
