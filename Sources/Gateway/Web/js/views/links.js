// What links in mails lead to, and how one asks for one. For everybody, signed in or not.

import { api } from "../api.js";
import { h } from "../dom.js";

function card(main, title, ...children) {
  main.replaceChildren(h("div", { class: "card-form" }, h("h1", {}, title), ...children));
}

const toLogIn = () => h("p", {}, h("a", { href: "#/login" }, "Log in"));

const outcomes = {
  verified: "Your address is confirmed.",
  changed: "Your account has its new address. Log in with that from now on.",
  waitingForOtherAddress: "Thank you. Now open the link that we sent to your other address.",
};

/** The link alone does nothing: mail programs open links to look at them. */
export async function verify(main, token) {
  const error = h("p", { class: "error", role: "alert" });
  const button = h("button", { class: "primary", type: "button" }, "Confirm");
  button.addEventListener("click", async () => {
    error.textContent = "";
    try {
      const { state } = await api.confirmAddress(token ?? "");
      card(main, "Done", h("p", { role: "status" }, outcomes[state] ?? ""), toLogIn());
    } catch (problem) {
      error.textContent = problem.message;
    }
  });
  card(main, "Confirm your address", h("p", {}, "Is this e-mail address yours?"), error, button);
  button.focus();
}

export async function reset(main, token) {
  const error = h("p", { class: "error", role: "alert" });
  const field = token
    ? h("label", {}, "New password",
      h("input", { name: "password", type: "password", autocomplete: "new-password", minlength: 8, required: true }))
    : h("label", {}, "E-mail", h("input", { name: "email", type: "email", autocomplete: "username", required: true }));
  const form = h("form", { class: "card-form" },
    h("h1", {}, token ? "Choose a new password" : "Forgot your password?"),
    token ? h("p", {}, "All devices are signed out then.") : h("p", {}, "We send you a link to choose a new one."),
    field, error, h("button", { class: "primary" }, token ? "Set password" : "Send link"), toLogIn());
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      if (token) {
        await api.resetPassword(token, form.password.value);
        card(main, "Done", h("p", { role: "status" }, "Your password is set."), toLogIn());
      } else {
        await api.requestPasswordReset(form.email.value);
        card(main, "Look at your mail",
          h("p", { role: "status" }, "If the address has an account, a link is on its way."), toLogIn());
      }
    } catch (problem) {
      error.textContent = problem.message;
    }
  });
  main.replaceChildren(form);
  form.querySelector("input").focus();
}
