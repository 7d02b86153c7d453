import { api } from "../api.js";
import { card, picture } from "../card.js";
import { duration, h } from "../dom.js";
import { opinions } from "../opinions.js";
import { degraded } from "./home.js";

export async function title(main, id) {
  const page = await api.title(id);
  const people = (role) => page.people.filter((person) => person.role === role).map((person) => person.name).join(", ");
  main.replaceChildren(
    degraded(page.degraded),
    h("section", { class: "title" },
      picture(page),
      h("div", {},
        h("h1", {}, page.name),
        h("p", { class: "facts" },
          `${page.year} · `, h("span", { class: "rating" }, page.maturity === "all" ? "All" : `${page.maturity}+`),
          ` · ${duration(page.runtimeSeconds)} · ${page.genres.join(", ")}`),
        page.playable
          ? h("a", { class: "primary", href: `#/play/${page.titleId}`, id: "play" },
            page.resume ? `Resume at ${clock(page.resume.positionSeconds)}` : "Play")
          : h("p", { class: "muted" }, "Not encoded yet: an operator can bring the film with deploy/stack ingest."),
        opinions(page),
        h("p", { class: "synopsis" }, page.synopsis),
        people("director") && h("p", { class: "muted" }, `Directed by ${people("director")}`),
        people("cast") && h("p", { class: "muted" }, `With ${people("cast")}`),
        languages(page) && h("p", { class: "muted languages" }, languages(page)),
        h("p", { class: "muted" }, h("small", {}, `Licence: ${page.licence}`)))),
    page.similar.length
      ? h("section", { class: "row" }, h("h2", {}, "More like this"), h("ul", { class: "strip" }, page.similar.map(card)))
      : "");
}

function languages(page) {
  const list = (what, tracks) => tracks?.length && `${what}: ${tracks.map((track) => track.name).join(", ")}`;
  return [list("Audio", page.audio), list("Subtitles", page.subtitles)].filter(Boolean).join(" · ");
}

function clock(seconds) {
  const whole = Math.floor(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
