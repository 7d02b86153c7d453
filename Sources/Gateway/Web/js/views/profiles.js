import { api } from "../api.js";
import { colours, h } from "../dom.js";
import { session } from "../session.js";

export async function profiles(main) {
  const { items } = await api.profiles();
  const choose = (profile) => { session.choose(profile); location.hash = "#/home"; };
  main.replaceChildren(h("section", { class: "profiles" },
    h("h1", {}, items.length ? "Who is watching?" : "No profile yet"),
    items.length ? null : h("p", { class: "muted" }, "Make one with POST /v1/profiles."),
    h("ul", {}, items.map((profile) => h("li", {},
      h("button", { type: "button", "data-profile": profile.id, onclick: () => choose(profile) },
        h("span", { class: "avatar", style: { background: colours(profile.name) } }, [...profile.name][0]),
        profile.name,
        profile.kids && h("div", { class: "kids" }, "Kids")))))));
}
