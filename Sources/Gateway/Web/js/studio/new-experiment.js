// Beginning an experiment. What may be asked is decided by the service alone; what it refuses is shown where it stands.

import { api } from "../api.js";
import { h } from "../dom.js";

const fewest = 2;
const most = 4;

/** `onStarted` is called with what was begun. */
export function newExperiment(onStarted) {
  const problem = h("p", { class: "error", role: "alert" });
  const arms = h("div", { class: "arms" });
  const add = h("button", { type: "button", id: "add-arm", onclick: () => { arms.append(arm()); number(form); } }, "Another arm");
  const form = h("form", { class: "new-experiment", novalidate: true, "aria-labelledby": "new-experiment" },
    h("h2", { id: "new-experiment" }, "Begin an experiment"),
    field("name", "Name", h("input", { maxlength: 200, autocomplete: "off" })),
    field("kind", "Kind", choice({ comparison: "Comparison: each profile sees one arm", interleaving: "Interleaving: two arms draft one row" })),
    field("share", "Share of all profiles, above 0 up to 1", h("input", { type: "number", step: "any", placeholder: "1" })),
    h("p", { class: "muted" }, "The first arm is what the others are compared with."),
    arms, h("div", { class: "actions" }, add, h("button", { class: "primary" }, "Begin")), problem);
  arms.append(...Array.from({ length: fewest }, arm));
  number(form);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    show(form, problem, []);
    const unreadable = [...form.querySelectorAll("input")].filter((input) => input.validity.badInput);
    if (unreadable.length) {
      show(form, problem, unreadable.map((input) => ({ field: input.name, message: "must be a number" })));
      return;
    }
    try {
      const experiment = await api.startExperiment(asked(form));
      form.reset();
      await onStarted(experiment);
    } catch (refusal) {
      show(form, problem, refusal.errors?.length ? refusal.errors : [{ message: refusal.message }]);
    }
  });
  return form;
}

function arm() {
  const fields = h("fieldset", {}, h("legend", {}),
    field("name", "Name", h("input", { maxlength: 200, autocomplete: "off" })),
    field("ranker", "Ordered by", choice({ "": "as usual", best: "the best there is", similarity: "likeness alone", popularity: "popularity alone" })),
    field("calibrationShare", "Calibration of genres, 0 to 1", h("input", { type: "number", step: "any", placeholder: "as usual" })),
    field("explores", "A place to chance", choice({ "": "as usual", true: "yes", false: "no" })),
    h("button", {
      type: "button", class: "quiet remove", onclick: () => {
        const form = fields.closest("form");
        fields.remove();
        number(form);
        form.querySelector("#add-arm").focus();
      },
    }, "Remove this arm"));
  return fields;
}

function choice(options) {
  return h("select", {}, Object.entries(options).map(([value, text]) => h("option", { value }, text)));
}

/** A control with its label and room for what is wrong with it. */
function field(name, label, control) {
  control.dataset.part = name;
  return h("label", {}, label, control, h("span", { class: "error" }));
}

/** Controls are named as the API names their fields: `arms[1].calibrationShare`. */
function number(form) {
  const arms = [...form.querySelectorAll("fieldset")];
  for (const label of form.querySelectorAll("label")) {
    const index = arms.indexOf(label.closest("fieldset"));
    const control = label.querySelector("[data-part]");
    control.name = index < 0 ? control.dataset.part : `arms[${index}].${control.dataset.part}`;
    label.querySelector(".error").id = `error-${control.name}`;
    control.setAttribute("aria-describedby", `error-${control.name}`);
  }
  arms.forEach((arm, index) => {
    arm.querySelector("legend").textContent = `Arm ${index + 1}`;
    arm.querySelector(".remove").hidden = arms.length <= fewest;
  });
  form.querySelector("#add-arm").hidden = arms.length >= most;
}

/** What is left empty is not said at all, so that it is as usual. */
function asked(form) {
  const said = (text) => (text === "" ? undefined : text);
  const figure = (text) => (text === "" ? undefined : Number(text));
  const value = (name) => form.elements.namedItem(name).value;
  return {
    name: value("name").trim(), kind: value("kind"), share: figure(value("share")),
    arms: [...form.querySelectorAll("fieldset")].map((_, index) => {
      const own = (name) => value(`arms[${index}].${name}`);
      const explores = said(own("explores"));
      return {
        name: own("name").trim(), ranker: said(own("ranker")), calibrationShare: figure(own("calibrationShare")),
        explores: explores && explores === "true",
      };
    }),
  };
}

/** Each error beside its field; what has none below. The first field that is wrong is where one goes on. */
function show(form, problem, errors) {
  for (const control of form.querySelectorAll("[data-part]")) {
    const own = errors.filter((error) => error.field === control.name);
    control.toggleAttribute("aria-invalid", own.length > 0);
    if (own.length) control.setAttribute("aria-invalid", "true");
    document.getElementById(`error-${control.name}`).textContent = own.map((error) => error.message).join(", ");
  }
  const names = [...form.querySelectorAll("[data-part]")].map((control) => control.name);
  problem.textContent = errors.filter((error) => !names.includes(error.field))
    .map((error) => (error.field ? `${error.field} ${error.message}` : error.message)).join("; ");
  form.querySelector("[aria-invalid=true]")?.focus();
}
