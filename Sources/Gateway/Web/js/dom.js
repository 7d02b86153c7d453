// The little DOM building this page needs.

/** h("a", { href: "#", onclick }, "text", child): strings become text, never markup. */
export function h(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "style") Object.assign(element.style, value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...shown(children));
  return element;
}

/** Puts the children where others were. */
export const fill = (element, ...children) => element.replaceChildren(...shown(children));

/** `condition && element` leaves out what is not wanted. */
const shown = (children) => children.flat().filter((child) => child != null && child !== false);

export function notice(text) {
  const element = document.getElementById("notice");
  element.textContent = text;
  clearTimeout(notice.timer);
  if (text) notice.timer = setTimeout(() => { element.textContent = ""; }, 6000);
}

/** A colour pair of its own for each name: a poster where there is no picture. */
export function colours(text) {
  let hash = 0;
  for (const character of text) hash = (hash * 31 + character.codePointAt(0)) >>> 0;
  const hue = hash % 360;
  return `linear-gradient(135deg, hsl(${hue} 45% 34%), hsl(${(hue + 50) % 360} 55% 15%))`;
}

export function duration(seconds) {
  const minutes = Math.round(seconds / 60);
  if (minutes < 1) return `${Math.round(seconds)} s`;
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
