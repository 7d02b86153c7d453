import { HLSPlayer } from "./hls-player.js";

/** Gives `video` the session's stream, natively where the browser plays HLS, and starts where it was left. */
export function attach(video, opened, onProblem) {
  video.addEventListener("loadedmetadata", () => {
    if (opened.resumeAtSeconds > 0) video.currentTime = opened.resumeAtSeconds;
    video.play().catch(() => {}); // Autoplay may be forbidden: the controls are there.
  }, { once: true });

  // Set by hand, to try our own player in a browser that would not need it.
  const wantsOwnPlayer = localStorage.getItem("matinee.player") === "mse";
  if (!wantsOwnPlayer && video.canPlayType("application/vnd.apple.mpegurl")) {
    video.src = opened.manifests.hls;
    return () => { video.removeAttribute("src"); video.load(); };
  }
  const player = new HLSPlayer(video, opened.manifests.hls, onProblem);
  player.start(opened.resumeAtSeconds);
  return () => player.stop();
}
