"""A viewer in a real browser who begins a film that is still being encoded, and watches it to its end.

Prints one JSON object with what was seen. Usage: early.py CHROMIUM ADDRESS EMAIL PASSWORD TITLE
"""

import json
import sys

from playwright.sync_api import sync_playwright

from viewer import enter, open_page

chromium, address, email, password, title = sys.argv[1:6]

# What a viewer would notice, and how long the film seemed to be at first. Nothing is pressed after Play.
WATCHER = """() => {
  const video = document.querySelector("video");
  window.seen = { ended: false, stalls: 0, errors: [], heights: [] };
  video.addEventListener("ended", () => { window.seen.ended = true; });
  video.addEventListener("waiting", () => { if (!video.ended && !video.seeking) window.seen.stalls += 1; });
  video.addEventListener("error", () => window.seen.errors.push(video.error?.message ?? "error"));
  video.addEventListener("resize", () => window.seen.heights.push(video.videoHeight));
  window.seen.heights.push(video.videoHeight);
}"""
STATE = """() => {
  const video = document.querySelector("video");
  const buffered = video.buffered.length ? video.buffered.end(video.buffered.length - 1) : 0;
  return { time: video.currentTime, duration: Number.isFinite(video.duration) ? video.duration : null, buffered };
}"""

with sync_playwright() as playwright:
    errors = []
    browser, page = open_page(playwright, chromium, errors)
    enter(page, address + "/", email, password)
    page.goto(f"{address}/#/title/{title}")
    page.wait_for_selector("#play")
    page.click("#play")
    page.wait_for_selector("video")
    page.evaluate(WATCHER)
    page.wait_for_function("() => document.querySelector('video').readyState >= 3")
    first = page.evaluate(STATE)
    page.wait_for_function("() => window.seen.ended || window.seen.errors.length", timeout=170_000)
    last = page.evaluate(STATE)
    seen = page.evaluate("() => window.seen")
    source = page.evaluate("() => document.querySelector('video').currentSrc.split(':')[0]")
    browser.close()

print(json.dumps({"first": first, "last": last, "seen": seen, "source": source, "errors": errors}))
