// What policies that never ran would have been worth, from the titles that chance chose.

import { api } from "../api.js";
import { fill, h } from "../dom.js";
import { axis, interval, scaleFrom0 } from "./interval.js";
import { table } from "./table.js";

const periods = [7, 30, 90];
const names = {
  best: "Always the best by score", popularity: "Always the most popular", ranked: "By chance, the better the likelier",
  uniform: "By even chance, as it was",
};
let days = 30;

export async function replay(place) {
  const { impressions, policies } = await api.replay(days);
  const scale = scaleFrom0(policies.flatMap(({ ips, snips }) => [ips, snips]));
  const period = h("select", {
    onchange: async () => { days = Number(period.value); await replay(place); place.querySelector("select").focus(); },
  }, periods.map((choice) => h("option", { value: choice, selected: choice === days }, `${choice} days`)));
  fill(place, h("h2", {}, "Replay"),
    h("p", { class: "muted" }, `${impressions} titles that chance chose were seen. One place of each page is filled so; what was begun of them values other orders.`),
    h("label", { class: "period" }, "Of the last ", period),
    table("Plays for each title shown, with 95 % intervals",
      ["Policy", h("div", {}, "Unbiased (IPS)", axis(scale)), h("div", {}, "Steadier (SNIPS)", axis(scale)), "Rests on so many titles"],
      policies.map((policy) => [names[policy.name] ?? policy.name, interval(policy.ips, scale), interval(policy.snips, scale),
        policy.effectiveImpressions.toFixed(1)])));
}
