// My list, thumbs, not interested, and hiding from history: what a profile says of a title.

import { api } from "./api.js";
import { h, notice } from "./dom.js";

const thumbs = [["down", "👎", "Not for me"], ["up", "👍", "I like this"], ["love", "❤", "Love this"]];

export function opinions(page) {
  const state = { isListed: page.inMyList, rating: page.rating };
  const list = h("button", { type: "button", id: "my-list", onclick: () => change(async () => {
    await api.setListed(page.titleId, !state.isListed);
    state.isListed = !state.isListed;
  }) });
  const buttons = thumbs.map(([name, sign, label]) => h("button", {
    type: "button", title: label, "aria-label": label, "data-thumbs": name, onclick: () => change(async () => {
      const next = state.rating === name ? null : name;
      await api.rate(page.titleId, next);
      state.rating = next;
    }),
  }, sign));
  const hide = page.resume && h("button", { type: "button", class: "quiet", id: "hide", onclick: () => change(async () => {
    await api.hide(page.titleId);
    hide.remove();
    document.getElementById("play").textContent = "Play";
  }) }, "Remove from history");

  const unwanted = h("button", { type: "button", class: "quiet", id: "not-interested", onclick: () => change(async () => {
    await api.setHidden(page.titleId, true);
    unwanted.disabled = true;
    unwanted.textContent = "Not recommended any more";
  }) }, "Not interested");

  function show() {
    list.textContent = state.isListed ? "✓ My list" : "+ My list";
    list.setAttribute("aria-pressed", String(state.isListed));
    for (const button of buttons) button.setAttribute("aria-pressed", String(button.dataset.thumbs === state.rating));
  }

  async function change(act) {
    try { await act(); } catch (problem) { notice(problem.message); }
    show();
  }

  show();
  return h("p", { class: "opinions" }, list, buttons, unwanted, hide);
}
