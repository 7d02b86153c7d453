import { HLSPlayer } from "./hls-player.js";
import * as playlist from "./playlist.js";

/**
 * Gives `video` the session's stream, natively where the browser plays HLS, and starts where it was left.
 * `audio` is the name of the track of sound to begin with, or null for the film's own choice.
 */
export function attach(video, opened, onProblem, audio = null) {
  const address = new URL(opened.manifests.hls, location.href).href;
  let current = audio;
  let detach = begin(opened.resumeAtSeconds);

  function begin(at) {
    const listeners = new AbortController();
    video.addEventListener("loadedmetadata", () => {
      if (at > 0) video.currentTime = at;
      video.play().catch(() => {}); // Autoplay may be forbidden: the controls are there.
    }, { once: true, signal: listeners.signal });
    let stop = () => {};
    let isOver = false;
    prefersOwnPlayer(video, opened, address, current).then((isOwn) => {
      if (isOver) return;
      if (!isOwn) {
        video.src = address;
        stop = () => { video.removeAttribute("src"); video.load(); };
        return;
      }
      const player = new HLSPlayer(video, opened, onProblem, current);
      player.start(at);
      stop = () => player.stop();
    });
    return () => { isOver = true; listeners.abort(); stop(); };
  }

  return {
    chooseAudio(name) {
      if (name === current) return;
      current = name;
      const at = video.currentTime;
      detach();
      detach = begin(at);
    },
    detach() { detach(); },
  };
}

// A film that is still being encoded looks like a broadcast to a browser: it cannot be wound back, and after a pause
// Chromium goes on where the broadcast would be. Our own player takes it for the film that it is. And a browser that
// plays HLS lets nobody choose the sound: where somebody has chosen, our player takes over.
async function prefersOwnPlayer(video, opened, address, audio) {
  const chosen = localStorage.getItem("matinee.player"); // Set by hand, to try one in a browser that has both.
  if (chosen === "mse" || !video.canPlayType("application/vnd.apple.mpegurl")) return true;
  if (audio !== null && window.MediaSource) return true;
  if (chosen === "native" || !window.MediaSource) return false;
  // Browsers that play HLS themselves differ in which encryption they know; ours knows both.
  if (opened.encryption) return true;
  try {
    const { variants } = playlist.master(await (await fetch(address)).text(), address);
    return !playlist.media(await (await fetch(variants[0].url)).text(), variants[0].url).isComplete;
  } catch {
    return false; // The player says what is wrong.
  }
}
