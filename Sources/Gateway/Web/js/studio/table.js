// Tables of the studio: a caption, heads that say what they head, and room to scroll on a narrow screen.

import { h } from "../dom.js";

/** `heads`: texts or elements. `rows`: of each the cells, the first of which names it. */
export function table(caption, heads, rows) {
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    h("table", {},
      h("caption", {}, caption),
      h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
      h("tbody", {}, rows.map(([name, ...cells]) =>
        h("tr", {}, h("th", { scope: "row" }, name), cells.map((cell) => h("td", {}, ...[cell].flat())))))));
}

export const time = (text) => h("time", { datetime: text }, new Date(text).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" }));

/** `notAhead` as one reads it: states the page does not know yet show as themselves. */
export const spoken = (name) => name.replace(/([A-Z])/g, " $1").toLowerCase();
