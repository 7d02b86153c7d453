// What the viewer hears and reads: two menus beside the film, remembered for the next one.

import { h } from "../dom.js";

const off = "";

/**
 * The menus for one playing session: `opened` says which languages there are, `audioName` which is heard at first.
 * `chooseAudio` is called with the name of the track of sound that is wanted.
 */
export function menus(video, opened, audioName, chooseAudio) {
  const subtitles = opened.subtitles ?? [];
  const audio = opened.audio ?? [];
  const elements = subtitles.map((track) => h("track", {
    kind: track.kind, src: track.url, srclang: track.language, label: track.name,
  }));
  video.querySelectorAll("track").forEach((old) => old.remove());
  video.append(...elements);

  const shown = menu("Subtitles", [[off, "Off"], ...subtitles.map((track) => [track.name, track.name])], (name) => {
    localStorage.setItem("matinee.subtitles", subtitles.find((track) => track.name === name)?.language ?? off);
    show(name);
  });
  const heard = menu("Audio", audio.map((track) => [track.name, track.name]), (name) => {
    localStorage.setItem("matinee.audio", audio.find((track) => track.name === name).language);
    chooseAudio(name);
    show(shown?.value ?? off);
  });

  // Forced subtitles translate signs and foreign words: they belong to the sound, not to a choice.
  function show(name) {
    const spoken = audio.find((track) => track.name === heard?.value)?.language ?? audio[0]?.language;
    const forced = subtitles.find((track) => track.isForced && track.language === spoken)?.name;
    elements.forEach((element) => {
      element.track.mode = element.label === (name || forced) ? "showing" : "disabled";
    });
  }

  const wantedText = localStorage.getItem("matinee.subtitles") || off;
  const text = wantedText && subtitles.find((track) => track.language === wantedText && !track.isForced);
  if (shown && text) shown.value = text.name;
  if (heard && audioName) heard.value = audioName;
  show(shown?.value ?? off);
  return [subtitles.length ? shown : "", audio.length > 1 ? heard : ""];
}

/** The name of the track of sound that this viewer last chose, if the film has its language; null leaves it to the film. */
export function wantedAudio(opened) {
  const language = localStorage.getItem("matinee.audio");
  const tracks = opened.audio ?? [];
  const wanted = tracks.find((track) => track.language === language && track.role === "main");
  return wanted && wanted !== tracks[0] ? wanted.name : null;
}

// A select is a menu that every keyboard and every screen reader knows.
function menu(title, options, onChange) {
  if (!options.length) return null;
  const select = h("select", { "aria-label": title, name: title.toLowerCase() },
    options.map(([value, text]) => h("option", { value }, text)));
  select.addEventListener("change", () => onChange(select.value));
  return select;
}
