// What the recommender believes of this profile, in words, and how to tell it otherwise.

import { api } from "../api.js";
import { h, notice } from "../dom.js";

export async function taste(main) {
  const page = await api.taste();
  const percent = (weight) => `${Math.round(100 * weight)} %`;
  const list = (title, items) => items.length ? h("div", {}, h("h2", {}, title), h("ul", {}, items)) : "";
  const again = () => taste(main);
  const act = (what) => async () => {
    try { await what(); await again(); } catch (problem) { notice(problem.message); }
  };
  main.replaceChildren(h("section", { class: "taste profiles" },
    h("h1", {}, "Your taste, as we see it"),
    h("p", { id: "taste-summary" }, page.summary),
    list("Genres", page.genres.map((item) => h("li", {}, `${item.genre}: ${percent(item.weight)}`))),
    list("People", page.people.map((item) =>
      h("li", {}, `${item.name} (${item.role === "director" ? "directs" : "plays"}): ${percent(item.weight)}`))),
    list("Told by", page.anchors.map((item) =>
      h("li", {}, h("a", { href: `#/title/${item.titleId}` }, item.name)))),
    list("Not interested", page.hidden.map((item) => h("li", {},
      h("a", { href: `#/title/${item.titleId}` }, item.name), " ",
      h("button", { type: "button", class: "quiet", onclick: act(() => api.setHidden(item.titleId, false)) }, "Show again")))),
    h("p", {}, h("button", { type: "button", id: "reset-taste", onclick: act(() => api.resetTaste()) }, "Begin anew"),
      " ", h("small", { class: "muted" }, "What you watched so far then says nothing any more. It stays in your history."))));
}
