// Reports which cards of a home page came into view, so that it is learned what showing a title is worth.

import { api } from "./api.js";

const seenForMilliseconds = 1000;
const sendEveryMilliseconds = 5000;

/** Watches the cards it is given; call `end` when the page is left. */
export function impressions(pageId) {
  const dwelling = new Map(); // card → timer
  const reported = new Set();
  let waiting = [];

  // Half of a card for a second: scrolled past is not seen.
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      clearTimeout(dwelling.get(target));
      dwelling.delete(target);
      if (isIntersecting) dwelling.set(target, setTimeout(() => seen(target), seenForMilliseconds));
    }
  }, { threshold: 0.5 });

  function seen(target) {
    observer.unobserve(target);
    dwelling.delete(target);
    const { title } = target.dataset;
    if (reported.has(title)) return;
    reported.add(title);
    waiting.push(title);
  }

  function send() {
    if (!waiting.length) return;
    const titles = waiting.splice(0, 300);
    // A report that is lost is not worth repeating.
    api.reportImpressions(pageId, titles).catch(() => {});
  }

  const timer = setInterval(send, sendEveryMilliseconds);
  // Who clicks a card has seen it, however short.
  const click = (event) => {
    const target = event.target.closest?.("a.card");
    if (target) { seen(target); send(); }
  };
  addEventListener("pagehide", send);
  document.addEventListener("click", click, true);

  return {
    watch: (element) => { for (const target of element.querySelectorAll("a.card")) observer.observe(target); },
    end: () => {
      clearInterval(timer);
      removeEventListener("pagehide", send);
      document.removeEventListener("click", click, true);
      observer.disconnect();
      for (const dwell of dwelling.values()) clearTimeout(dwell);
      send();
    },
  };
}
