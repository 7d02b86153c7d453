// Which view is shown for which address.

import { notice } from "./dom.js";
import { session } from "./session.js";
import { device } from "./views/device.js";
import { home } from "./views/home.js";
import { reset, verify } from "./views/links.js";
import { logIn } from "./views/login.js";
import { play } from "./views/play.js";
import { profiles } from "./views/profiles.js";
import { search } from "./views/search.js";
import { settings } from "./views/settings.js";
import { studio } from "./views/studio.js";
import { taste } from "./views/taste.js";
import { title } from "./views/title.js";

const main = document.getElementById("main");
const header = document.getElementById("header");
const searchForm = document.getElementById("search");

const views = { login: logIn, profiles, home, title, play, search, verify, reset, device, settings, studio, taste };
const open = ["verify", "reset"]; // For whoever has a link in a mail, signed in or not.
const withoutProfile = ["profiles", "device", "studio"];

let leave = null; // Ends what the view before left running.
let shown = 0;

async function show() {
  const [, name = "home", argument] = location.hash.split("/");
  const turn = ++shown;
  await leave?.();
  leave = null;

  const target = open.includes(name) ? name : !session.isSignedIn ? "login" : !session.profile && !withoutProfile.includes(name) ? "profiles" : name;
  header.hidden = target === "login" || target === "play" || open.includes(target);
  document.getElementById("settings").hidden = Boolean(session.profile?.kids);
  document.getElementById("studio").hidden = !session.isOperator || Boolean(session.profile?.kids);
  searchForm.hidden = target === "studio";
  document.getElementById("profile-name").textContent = session.profile?.name ?? "Profile";
  notice("");
  // What a view has loaded after the viewer has gone on is not shown any more.
  const place = { replaceChildren: (...children) => { if (turn === shown) main.replaceChildren(...children); } };
  try {
    const ending = await (views[target] ?? home)(place, argument && decodeURIComponent(argument));
    // The viewer may have gone on while this view was loading.
    if (turn === shown) leave = ending; else await ending?.();
    if (target !== "search" && target !== "login" && target !== "device" && !open.includes(target)) main.focus({ preventScroll: true });
  } catch (problem) {
    if (turn !== shown) return;
    notice(problem.message);
    // A profile that is gone cannot be used again; one that was locked meanwhile has to be unlocked.
    if ((problem.status === 404 && target === "home") || problem.code === "profile-locked") {
      if (!session.profile?.kids) session.leaveProfile();
      location.hash = "#/profiles";
    }
  }
}

searchForm.addEventListener("submit", (event) => event.preventDefault());
searchForm.q.addEventListener("input", () => {
  const text = searchForm.q.value.trim();
  location.hash = text ? `#/search/${encodeURIComponent(text)}` : "#/home";
});
document.getElementById("log-out").addEventListener("click", () => {
  session.signOut();
  location.hash = "#/login";
});
addEventListener("hashchange", show);
show();
