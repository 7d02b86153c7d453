// The models that were trained: which serves, going back to one, training another.

import { api } from "../api.js";
import { fill, h } from "../dom.js";
import { spoken, table, time } from "./table.js";

export async function models(place, act) {
  const { serving, pinned, items } = await api.models();
  fill(place, h("h2", {}, "Models"),
    h("p", { id: "serving-model" }, serving == null ? "No model serves: rows come by likeness and popularity." : `Model ${serving} serves`,
      serving == null ? "" : pinned === serving ? ", pinned until it is released." : "."),
    pinned != null && pinned !== serving && h("p", { class: "error" }, `Model ${pinned} is pinned, and does not serve.`),
    h("div", { class: "actions" },
      h("button", { type: "button", id: "train-model", onclick: act(api.trainModel, "A model is being trained; it is listed when it is done.") }, "Train a model"),
      pinned != null && h("button", { type: "button", id: "release-model", onclick: act(api.releaseModel, "The newest good model serves again.") }, "Release")),
    items.length ? table("Trained models, the latest first",
      ["Model", "State", "Why", "Trained", "Profiles", "Titles", "Labels", "NDCG@100", "Held-out profiles", "CPU s", "Pin"],
      items.map((item) => row(item, serving, pinned, act)))
      : h("p", { class: "muted" }, "None was trained yet: it takes 20 profiles that watched something."));
}

function row(item, serving, pinned, act) {
  const state = item.version === serving ? "serves" : spoken(item.state);
  return [String(item.version), h("span", { class: "state", "data-state": state }, state), spoken(item.cause), time(item.trainedAt),
    item.profiles, item.titles, item.interactions, item.ndcgAt100.toFixed(3), item.heldOutProfiles, item.trainingCpuSeconds.toFixed(1),
    item.state === "published" && item.version !== pinned
      ? h("button", { type: "button", class: "quiet", "aria-label": `Pin model ${item.version}`, onclick: act(() => api.pinModel(item.version), `Model ${item.version} serves until it is released.`) }, "Pin")
      : item.version === pinned ? "pinned" : ""];
}
