import { api } from "../api.js";
import { card } from "../card.js";
import { h } from "../dom.js";

let running = null;

export async function search(main, text) {
  running?.abort();
  running = new AbortController();
  try {
    const page = await api.search(text, running.signal);
    main.replaceChildren(
      h("section", { class: "row" }, h("h2", {}, page.items.length ? `Results for “${text}”` : `Nothing found for “${text}”`)),
      h("ul", { class: "grid" }, page.items.map(card)));
  } catch (problem) {
    if (problem.name !== "AbortError") throw problem;
  }
}
