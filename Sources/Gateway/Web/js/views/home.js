import { api } from "../api.js";
import { card } from "../card.js";
import { h } from "../dom.js";
import { impressions } from "../impressions.js";

export async function home(main) {
  const page = await api.home();
  const shown = impressions(page.id);
  main.replaceChildren(
    degraded(page.degraded),
    ...page.rows.map((data) => row(data, shown)),
    page.rows.length ? "" : h("p", { class: "profiles muted" }, "Nothing to show yet."));
  return shown.end;
}

export function degraded(services) {
  if (!services.length) return "";
  return h("p", { class: "degraded" }, `Not everything is here right now: ${services.join(", ")} cannot be reached.`);
}

function row(data, shown) {
  const strip = h("ul", { class: "strip", "aria-label": data.title }, data.cards.map(card));
  shown.watch(strip);
  let next = data.next;
  let isLoading = false;
  strip.addEventListener("scroll", async () => {
    const isNearEnd = strip.scrollLeft + strip.clientWidth * 2 > strip.scrollWidth;
    if (!next || isLoading || !isNearEnd) return;
    isLoading = true;
    try {
      const more = await api.row(data.id, next);
      strip.append(...more.cards.map(card));
      shown.watch(strip);
      next = more.next;
    } catch {
      next = null;
    }
    isLoading = false;
  });
  return h("section", { class: "row", "data-row": data.id }, h("h2", {}, data.title), strip);
}
