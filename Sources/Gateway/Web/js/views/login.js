import { api } from "../api.js";
import { h } from "../dom.js";
import { session } from "../session.js";

export async function logIn(main) {
  const error = h("p", { class: "error", role: "alert" });
  const form = h("form", { class: "card-form" },
    h("h1", { class: "brand" }, "Matinee"),
    h("label", {}, "E-mail", h("input", { name: "email", type: "email", autocomplete: "username", required: true })),
    h("label", {}, "Password", h("input", { name: "password", type: "password", autocomplete: "current-password", required: true })),
    error,
    h("button", { class: "primary" }, "Log in"),
    h("p", {}, h("a", { href: "#/reset" }, "Forgot your password?")));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      session.signIn(await api.logIn(form.email.value, form.password.value));
      // Who came to sign a television in, or to the studio, goes on with that.
      if (["#/device", "#/studio"].some((start) => location.hash.startsWith(start))) dispatchEvent(new HashChangeEvent("hashchange"));
      else location.hash = "#/profiles";
    } catch (problem) {
      error.textContent = problem.message;
    }
  });
  main.replaceChildren(form);
  form.email.focus();
}
