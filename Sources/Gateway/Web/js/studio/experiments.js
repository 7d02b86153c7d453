// The experiments there were, and the one that runs.

import { api } from "../api.js";
import { fill, h } from "../dom.js";
import { results } from "./results.js";
import { table, time } from "./table.js";

const kinds = { comparison: "Comparison", interleaving: "Interleaving" };
const rankers = { best: "the best there is", similarity: "likeness alone", popularity: "popularity alone" };

/** All of them, the latest first; the chosen one, or else the latest, with what it has shown. */
export async function experiments(place, chosen, act) {
  const { items, next } = await api.experiments();
  const id = chosen ?? items[0]?.id;
  const report = id && await api.experiment(id);
  const isRunning = items.some((item) => !item.endedAt);
  fill(place, h("h2", {}, "Experiments"),
    report ? shown(report, act) : h("p", { class: "muted" }, "There was none yet."),
    items.length > 0 && table("All experiments, the latest first", ["Name", "State", "Kind", "Profiles", "Began", "Ended"],
      items.map((item) => [
        h("a", { href: `#/studio/${item.id}`, "aria-current": item.id === id ? "true" : null }, item.name),
        state(item), kinds[item.kind] ?? item.kind, `${Math.round(100 * item.share)} %`, time(item.startedAt),
        item.endedAt ? time(item.endedAt) : "–"])),
    next && h("p", { class: "muted" }, `Those before the latest ${items.length} are told by the API.`));
  return isRunning;
}

function shown(report, act) {
  const { experiment } = report;
  return h("article", { "data-experiment": experiment.id },
    h("h3", {}, experiment.name, " ", state(experiment)),
    h("ul", { class: "muted" }, experiment.arms.map((arm) => h("li", {}, h("strong", {}, arm.name), ": ", described(arm)))),
    results(report),
    !experiment.endedAt && h("button", {
      type: "button", id: "end-experiment", onclick: act(() => api.endExperiment(experiment.id), "The experiment has ended."),
    }, "End it"));
}

function state({ endedAt }) {
  return h("span", { class: "state", "data-state": endedAt ? "ended" : "running" }, endedAt ? "ended" : "running");
}

function described({ ranker, calibrationShare, explores }) {
  const parts = [
    ranker && `ordered by ${rankers[ranker] ?? ranker}`,
    calibrationShare != null && `calibration ${calibrationShare}`,
    explores != null && (explores ? "one place to chance" : "nothing to chance"),
  ].filter(Boolean);
  return parts.length ? parts.join(", ") : "as usual";
}
