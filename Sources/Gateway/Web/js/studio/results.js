// What an experiment has shown so far.

import { h } from "../dom.js";
import { axis, interval, percent, scaleAround0, scaleFrom0 } from "./interval.js";
import { table } from "./table.js";

export function results({ experiment, arms, preference }) {
  return h("div", { class: "results" }, preference ? interleaving(experiment, preference) : comparison(arms ?? []));
}

function comparison(arms) {
  const rates = scaleFrom0(arms.flatMap((arm) => [arm.playRate, arm.completionRate]));
  const differences = scaleAround0(arms.map((arm) => arm.difference));
  const [first] = arms;
  return [
    h("p", { class: "verdict" }, verdict(arms)),
    table("Of each title seen, how many were begun and finished: means over profiles, with 95 % intervals",
      ["Arm", "Profiles", "Pages", "Seen", "Begun", "Finished",
        h("div", {}, "Play rate", axis(rates)), h("div", {}, "Completion rate", axis(rates)),
        h("div", {}, `Play rate less that of ${first?.name ?? "the first"}`, axis(differences, signed))],
      arms.map((arm) => [arm.name, arm.profiles, arm.pages, arm.impressions, arm.plays, arm.completions,
        interval(arm.playRate, rates), interval(arm.completionRate, rates),
        arm === first ? "–" : interval(arm.difference, differences, signed)])),
  ];
}

function verdict([first, ...others]) {
  const apart = others.filter(({ difference }) => difference && (difference.low > 0 || difference.high < 0));
  if (!apart.length) return "Nothing tells the arms apart yet.";
  return apart.map(({ name, difference }) =>
    `Titles of “${name}” are begun ${difference.low > 0 ? "more" : "less"} often than those of “${first.name}”.`).join(" ");
}

function interleaving({ arms: [own, rival] }, { wins, losses, ties, preference }) {
  const scale = { low: 0, mark: 0.5, high: 1 };
  const isApart = preference && (preference.low > 0.5 || preference.high < 0.5);
  return [
    h("p", { class: "verdict" }, !isApart ? "Nothing tells the arms apart yet."
      : `Viewers prefer “${(preference.low > 0.5 ? rival : own).name}”.`),
    table("Pages with a play, by whose titles were begun more, with the 95 % interval",
      ["Second arm", `“${own.name}” more`, `“${rival.name}” more`, "Both alike",
        h("div", {}, `Preference for “${rival.name}”`, axis(scale))],
      [[rival.name, wins, losses, ties, interval(preference, scale)]]),
  ];
}

const signed = (share) => `${share > 0 ? "+" : ""}${percent(share)}`;
