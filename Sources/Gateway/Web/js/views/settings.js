import { api } from "../api.js";
import { h, notice } from "../dom.js";

const avatars = ["fox", "owl", "whale", "cactus", "comet", "robot", "lantern", "balloon", "teacup", "cloud", "snail", "kite"];

/** The profiles' pictures and PINs, and the account's plan. */
export async function settings(main) {
  const [{ items: profiles }, { items: plans }, account] = await Promise.all([api.profiles(), api.plans(), api.account()]);
  main.replaceChildren(h("div", { class: "settings" },
    h("h1", {}, "Settings"),
    profiles.map((profile) => h("section", { "data-settings": profile.id },
      h("h2", {}, h("img", { class: "small avatar", src: `/avatars/${profile.avatar}.svg`, alt: "" }), profile.name, profile.kids && h("span", { class: "kids" }, "Kids")),
      pictures(main, profile), pin(main, profile))),
    h("section", {}, h("h2", {}, "Plan"), h("div", { class: "plans" }, plans.map((plan) => offer(main, plan, account))))));
}

/** Does it, says what went wrong, and shows how things are now. */
async function change(main, call) {
  try {
    await call();
    await settings(main);
  } catch (problem) {
    notice(problem.message);
  }
}

function pictures(main, profile) {
  return h("div", { class: "pictures", role: "group", "aria-label": `Picture of ${profile.name}` },
    avatars.map((avatar) => h("button", {
      type: "button", title: avatar, "aria-pressed": String(avatar === profile.avatar),
      onclick: () => change(main, () => api.changeProfile(profile.id, { avatar })),
    }, h("img", { src: `/avatars/${avatar}.svg`, alt: avatar }))));
}

function pin(main, profile) {
  const form = h("form", { class: "pin" },
    h("label", {}, profile.hasPin ? "New PIN" : "PIN",
      h("input", { name: "pin", type: "password", inputmode: "numeric", pattern: "[0-9]{4,8}", autocomplete: "off", required: true, title: "4 to 8 digits" })),
    h("label", {}, "The account’s password",
      h("input", { name: "password", type: "password", autocomplete: "current-password", required: true })),
    h("button", {}, profile.hasPin ? "Change the PIN" : "Lock with a PIN"),
    profile.hasPin && h("button", {
      type: "button", class: "quiet",
      onclick: () => change(main, () => api.removePIN(profile.id, form.password.value)),
    }, "Remove the PIN"));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change(main, () => api.setPIN(profile.id, form.pin.value, form.password.value));
  });
  return form;
}

function offer(main, plan, account) {
  const price = new Intl.NumberFormat(undefined, { style: "currency", currency: plan.currency });
  const digits = price.resolvedOptions().maximumFractionDigits;
  const isPresent = plan.plan === account.plan;
  return h("button", {
    type: "button", "data-plan": plan.plan, "aria-pressed": String(isPresent), disabled: isPresent,
    onclick: () => change(main, () => api.changePlan(plan.plan)),
  }, h("strong", {}, plan.plan),
  h("span", {}, `${price.format(plan.priceMinorUnits / 10 ** digits)} a month`),
  h("small", {}, `${plan.streams} at once · up to ${plan.maxHeight}p · ${plan.profiles} profiles`));
}
