import { api } from "../api.js";
import { h, notice } from "../dom.js";
import { session } from "../session.js";

// All that were seen before a kids' profile hid the others; a reload forgets them.
let known = [];

export async function profiles(main) {
  const { items } = await api.profiles();
  // An operator without a profile came to work, not to watch.
  if (session.isOperator && !items.length) return location.replace("#/studio");
  const isKids = Boolean(session.profile?.kids);
  if (!isKids) known = items;
  const shown = isKids && known.length ? known : items;
  main.replaceChildren(h("section", { class: "profiles" },
    h("h1", {}, shown.length ? "Who is watching?" : "No profile yet"),
    shown.length ? null : h("p", { class: "muted" }, "Make one with POST /v1/profiles."),
    h("ul", {}, shown.map((profile) => h("li", {},
      h("button", { type: "button", "data-profile": profile.id, onclick: () => choose(main, profile) },
        h("img", { class: "avatar", src: `/avatars/${profile.avatar}.svg`, alt: "" }),
        profile.name,
        profile.kids && h("div", { class: "kids" }, "Kids"),
        profile.hasPin && h("div", { class: "muted" }, h("small", {}, "PIN")))))),
    isKids && h("button", { type: "button", class: "quiet", id: "leave-kids", onclick: () => ask(main, null) }, "Leave the kids’ profile")));
}

async function choose(main, profile) {
  try {
    await use(profile);
  } catch (problem) {
    if (["profile-locked", "kids-profile"].includes(problem.code)) ask(main, profile); else notice(problem.message);
  }
}

/** Goes to a profile, or to none. */
async function use(profile, proof) {
  session.use(await api.useProfile(profile?.id, proof));
  // Without a profile all of them can be chosen from again; the address stays the same, so it is shown by hand.
  if (profile) location.hash = "#/home"; else dispatchEvent(new HashChangeEvent("hashchange"));
}

/** The PIN of the profile one goes to, where it has one; the account's password always will do. */
function ask(main, profile) {
  const error = h("p", { class: "error", role: "alert" });
  const byPIN = Boolean(profile?.hasPin);
  const field = (isPIN) => h("label", {}, isPIN ? `PIN of ${profile.name}` : "The account’s password",
    h("input", {
      name: isPIN ? "pin" : "password", type: "password", required: true, inputmode: isPIN ? "numeric" : null,
      pattern: isPIN ? "[0-9]{4,8}" : null, autocomplete: isPIN ? "off" : "current-password",
    }));
  const form = h("form", { class: "card-form" },
    h("h1", {}, profile ? profile.name : "Leave the kids’ profile"),
    field(byPIN), error,
    h("button", { class: "primary" }, "Go on"),
    byPIN && h("button", { type: "button", class: "quiet", onclick: () => ask(main, { ...profile, hasPin: false }) }, "Use the password instead"),
    h("button", { type: "button", class: "quiet", onclick: () => profiles(main) }, "Back"));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    error.textContent = "";
    try {
      await use(profile, byPIN ? { pin: form.pin.value } : { password: form.password.value });
    } catch (problem) {
      error.textContent = problem.message;
    }
  });
  main.replaceChildren(form);
  form.querySelector("input").focus();
}
