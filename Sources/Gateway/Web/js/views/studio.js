// The operators' page: experiments, models, and what other orders of pages would have been worth.

import { h, notice } from "../dom.js";
import { experiments } from "../studio/experiments.js";
import { models } from "../studio/models.js";
import { newExperiment } from "../studio/new-experiment.js";
import { replay } from "../studio/replay.js";

const refreshSeconds = 15;

/** Where what had the focus is gone, one goes on in its section, not at the page's beginning. */
function goOn(place) {
  if (document.activeElement !== document.body) return;
  place.tabIndex = -1;
  place.focus({ preventScroll: true });
}

export async function studio(main, chosen) {
  const [experimentPlace, formPlace, modelPlace, replayPlace] = ["experiments", "begin", "models", "replay"]
    .map((id) => h("section", { id: `studio-${id}` }));
  const form = newExperiment(({ id }) => {
    // Where another one is looked at, the address has to change; there it is shown by that.
    if (chosen && chosen !== id) location.hash = `#/studio/${id}`; else return refresh().then(() => goOn(experimentPlace));
  });
  const busy = h("p", { class: "muted" }, "One experiment runs at a time: the next can begin when it has ended.");
  const parts = {
    experiments: [experimentPlace, async () => {
      const next = await experiments(experimentPlace, chosen, act) ? busy : form;
      // Put there again, a form would lose its focus.
      if (!formPlace.contains(next)) formPlace.replaceChildren(next);
    }],
    models: [modelPlace, () => models(modelPlace, act)],
    replay: [replayPlace, () => replay(replayPlace)],
  };
  const refresh = () => Promise.all(Object.values(parts).map(([, show]) => show()));

  /** Does it, says so or what went wrong, and shows how things are now. */
  function act(call, done) {
    return async ({ currentTarget }) => {
      const place = currentTarget.closest("section");
      try {
        await call();
        await refresh();
        goOn(place);
        notice(done);
      } catch (problem) {
        notice(problem.message);
      }
    };
  }

  try {
    await refresh();
  } catch (problem) {
    if (problem.status !== 403) throw problem;
    main.replaceChildren(h("section", { class: "profiles" }, h("h1", {}, "Studio"),
      h("p", { role: "alert" }, "The studio is for operators. Log out, and log in as one."), h("a", { href: "#/home" }, "Home")));
    return;
  }
  main.replaceChildren(h("div", { class: "settings studio" }, h("h1", {}, "Studio"),
    experimentPlace, formPlace, modelPlace, replayPlace));

  // What somebody is at work on is left alone; what fails now is tried again.
  const timer = setInterval(() => {
    if (document.visibilityState !== "visible") return;
    for (const [place, show] of Object.values(parts)) {
      if (!place.contains(document.activeElement)) show().catch(() => {});
    }
  }, 1000 * refreshSeconds);
  return () => clearInterval(timer);
}
