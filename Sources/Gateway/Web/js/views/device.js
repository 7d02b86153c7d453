// Signing a television in: it shows a code, which is entered here.

import { api } from "../api.js";
import { h } from "../dom.js";

const kinds = { tv: "television", web: "browser", phone: "phone", tablet: "tablet" };

export async function device(main, code) {
  const error = h("p", { class: "error", role: "alert" });
  const form = h("form", { class: "card-form" },
    h("h1", {}, "Sign a device in"),
    h("label", {}, "The code it shows",
      h("input", { name: "code", value: code ?? "", required: true, maxlength: 20, autocomplete: "off", autocapitalize: "characters", spellcheck: "false" })),
    error,
    h("button", { class: "primary" }, "Next"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      const typed = form.code.value.trim();
      decide(main, typed, await api.waitingDevice(typed));
    } catch (problem) {
      error.textContent = problem.message;
    }
  });
  main.replaceChildren(form);
  form.code.focus();
}

/** What is signed in can do all the account can: its viewer should know it. */
function decide(main, code, { device, network, askedAt }) {
  const error = h("p", { class: "error", role: "alert" });
  const answer = (decision, text) => async (event) => {
    event.preventDefault();
    try {
      await api.decideDevice(code, decision);
      main.replaceChildren(h("div", { class: "card-form", role: "status" }, h("h1", {}, text), h("a", { href: "#/home" }, "Home")));
    } catch (problem) {
      error.textContent = problem.message;
    }
  };
  const card = h("div", { class: "card-form" },
    h("h1", {}, "Is this yours?"),
    h("p", {}, `The ${kinds[device.kind] ?? "device"} “${device.name}”`, network ? `, in the network ${network},` : "",
      ` has asked at ${new Date(askedAt).toLocaleTimeString()} to be signed in to your account.`),
    error,
    h("button", { class: "primary", onclick: answer("approve", "It is signed in.") }, "Yes, sign it in"),
    h("button", { onclick: answer("deny", "It was turned away.") }, "No"));
  main.replaceChildren(card);
  card.querySelector("button").focus();
}
