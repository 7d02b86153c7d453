// The models that were trained: which serves, going back to one, training another.

import { api } from "../api.js";
import { fill, h } from "../dom.js";
import { axis, interval, scaleAround0 } from "./interval.js";
import { spoken, table, time } from "./table.js";

const unservable = ["refused", "damaged", "otherFormat", "removed"];

export async function models(place, act) {
  const { serving, pinned, items } = await api.models();
  fill(place, h("h2", {}, "Models"),
    h("p", { id: "serving-model" }, serving == null ? "No model serves: rows come by likeness and popularity." : `Model ${serving} serves`,
      serving == null ? "" : pinned === serving ? ", pinned until it is released." : "."),
    pinned != null && pinned !== serving && h("p", { class: "error" }, `Model ${pinned} is pinned, and does not serve.`),
    h("div", { class: "actions" },
      h("button", { type: "button", id: "train-model", onclick: act(api.trainModel, "A model is being trained; it is listed when it is done.") }, "Train a model"),
      pinned != null && h("button", { type: "button", id: "release-model", onclick: act(api.releaseModel, "The newest good model serves again.") }, "Release")),
    items.length ? trained(items, serving, pinned, act)
      : h("p", { class: "muted" }, "None was trained yet: it takes 20 profiles that watched something."));
}

function trained(items, serving, pinned, act) {
  const leads = items.some((item) => item.rival) && scaleAround0(items.map(lead));
  return table("Trained models, the latest first" + (leads
    ? ". The lead is in NDCG@100 over what needs no training, on the same held-out profiles, give or take two standard errors" : ""),
  // What decides comes first: on a narrow screen the rest is scrolled to.
  ["Model", "State", "Pin", "NDCG@100", ...(leads ? [h("div", {}, "Lead", axis(leads, figure))] : []), "Held-out profiles",
    "Why", "Trained", "Profiles", "Titles", "Labels", "CPU s"],
  items.map((item) => [String(item.version), state(item, serving), pin(item, pinned, act),
    item.heldOutProfiles ? item.ndcgAt100.toFixed(3) : "–", ...(leads ? [rivalry(item, leads)] : []), item.heldOutProfiles,
    spoken(item.cause), time(item.trainedAt), item.profiles, item.titles, item.interactions, item.trainingCpuSeconds.toFixed(1)]));
}

function rivalry(item, leads) {
  if (!item.rival) return "–";
  return [interval(lead(item), leads, figure),
    h("small", { class: "muted" }, `over ${spoken(item.rival.ranker)}, ${item.rival.ndcgAt100.toFixed(3)}`)];
}

/** What decides whether a model serves: its lead is sure where two standard errors below it is above 0. */
function lead({ rival }) {
  return rival && { value: rival.lead, low: rival.lead - 2 * rival.leadStandardError, high: rival.lead + 2 * rival.leadStandardError };
}

const figure = (value) => `${value > 0 ? "+" : ""}${value.toFixed(3).replace("-", "−")}`;

function state(item, serving) {
  const name = item.version === serving ? "serves" : spoken(item.state);
  return h("span", { class: "state", "data-state": name }, name);
}

function pin(item, pinned, act) {
  if (item.version === pinned) return "pinned";
  if (unservable.includes(item.state)) return "";
  return h("button", {
    type: "button", class: "quiet", "aria-label": `Pin model ${item.version}`,
    onclick: act(() => api.pinModel(item.version), `Model ${item.version} serves until it is released.`),
  }, "Pin");
}
