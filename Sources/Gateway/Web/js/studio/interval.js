// A figure with its 95 % interval, in words and as a line on a scale.

import { h } from "../dom.js";

const width = 220;
const height = 22;
const margin = 5;

export const percent = (share) => `${(100 * share).toFixed(1).replace("-", "−")} %`;

function svg(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

/** From 0 to a little beyond the greatest bound of all: figures that are compared share one scale. */
export function scaleFrom0(estimates) {
  return { low: 0, high: roundedUp(Math.max(0, ...estimates.filter(Boolean).map((estimate) => estimate.high))) };
}

/** As far below 0 as above: which side of it an interval is on is what one looks for. */
export function scaleAround0(estimates) {
  const reach = roundedUp(Math.max(0, ...estimates.filter(Boolean).flatMap(({ low, high }) => [-low, high])));
  return { low: -reach, high: reach, mark: 0 };
}

/** 1, 2 or 5 of a power of ten. */
function roundedUp(value) {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value * 0.999) ?? value;
}

/** `words` turns a figure into text; a table's cell holds both. */
export function interval(estimate, scale, words = percent) {
  if (!estimate) return h("span", { class: "muted" }, "not known yet");
  const text = `${words(estimate.value)}, ${words(estimate.low)} to ${words(estimate.high)}`;
  return h("div", { class: "interval" }, plot(estimate, scale, text),
    h("span", { "aria-hidden": "true" }, h("strong", {}, words(estimate.value)), ` ${words(estimate.low)} – ${words(estimate.high)}`));
}

function plot({ value, low, high }, scale, text) {
  const place = (figure) => {
    const share = (figure - scale.low) / (scale.high - scale.low);
    return margin + (width - 2 * margin) * Math.min(1, Math.max(0, share));
  };
  const middle = height / 2;
  const upright = (name, figure, half) => svg("line", {
    class: name, x1: place(figure), x2: place(figure), y1: middle - half, y2: middle + half,
  });
  return svg("svg", { viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": text },
    svg("line", { class: "axis", x1: margin, x2: width - margin, y1: middle, y2: middle }),
    ...(scale.mark == null ? [] : [upright("mark", scale.mark, middle)]),
    svg("line", { class: "reach", x1: place(low), x2: place(high), y1: middle, y2: middle }),
    upright("reach", low, 4), upright("reach", high, 4),
    svg("circle", { class: "value", cx: place(value), cy: middle, r: 4 }));
}

/** The ends of a scale and its mark, for the head of a column. */
export function axis(scale, words = percent) {
  return h("div", { class: "interval-axis", "aria-hidden": "true" },
    [scale.low, scale.mark, scale.high].filter((figure) => figure != null).map((figure) => h("span", {}, words(figure))));
}
