import { api } from "./api.js";
import { colours, h } from "./dom.js";

const pictures = new Map();

// Pictures are fetched when they are about to be seen.
const watcher = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    watcher.unobserve(target);
    const path = target.dataset.picture;
    if (!pictures.has(path)) pictures.set(path, api.picture(path));
    pictures.get(path)
      .then((address) => { target.src = address; })
      .catch(() => pictures.delete(path));
  }
}, { rootMargin: "300px" });

export function picture(card) {
  const box = h("div", { class: "picture", style: { background: colours(card.name) } });
  if (card.artwork.poster) {
    // Visible but empty until its bytes are here: a hidden picture is never seen to approach.
    const image = h("img", { alt: "", "data-picture": card.artwork.poster });
    box.append(image);
    watcher.observe(image);
  } else {
    box.append(h("span", { class: "lettering", "aria-hidden": "true" }, card.name));
  }
  if (!card.playable) box.append(h("span", { class: "badge" }, "Soon"));
  if (card.resume) {
    const part = 100 * card.resume.positionSeconds / card.resume.durationSeconds;
    box.append(h("div", { class: "progress" }, h("i", { style: { width: `${part}%` } })));
  }
  return box;
}

export function card(item) {
  return h("li", {},
    h("a", { class: "card", href: `#/title/${item.titleId}`, "data-title": item.titleId },
      picture(item),
      h("div", { class: "name" }, item.name),
      h("small", {}, item.reason?.text ?? String(item.year))));
}
