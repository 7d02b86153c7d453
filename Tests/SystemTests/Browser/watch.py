"""A viewer in a real browser: logs in, presses play, watches, leaves, and comes back to where it stopped.

Prints one JSON object with what was seen. Usage: watch.py CHROMIUM ADDRESS EMAIL PASSWORD TITLE [native|mse] [SCREENSHOTS]
"""

import json
import sys

from playwright.sync_api import sync_playwright

from viewer import enter, open_page

WATCH_SECONDS = 10

chromium, address, email, password, title, mode = sys.argv[1:7]
screenshots = sys.argv[7] if len(sys.argv) > 7 else None
page_address = address + "/"

# Counts what a viewer would notice: waiting after the film has begun.
WATCHER = """() => {
  const video = document.querySelector("video");
  window.seen = { begun: false, stalls: 0 };
  video.addEventListener("playing", () => { window.seen.begun = true; });
  video.addEventListener("waiting", () => { if (window.seen.begun && !video.ended && !video.seeking) window.seen.stalls += 1; });
  if (!video.paused && video.readyState > 2) window.seen.begun = true;
}"""
POSITION = "() => document.querySelector('video').currentTime"


def shoot(page, name):
    if screenshots:
        page.screenshot(path=f"{screenshots}/{mode}-{name}.png")


def press_play(page):
    page.goto(f"{page_address}#/title/{title}")
    page.wait_for_selector("#play")
    label = page.inner_text("#play")
    shoot(page, "title")
    page.click("#play")
    page.wait_for_selector("video")
    page.evaluate(WATCHER)
    page.wait_for_function("() => document.querySelector('video').readyState >= 3 && !document.querySelector('video').paused")
    return label


with sync_playwright() as playwright:
    errors = []
    browser, page = open_page(playwright, chromium, errors)
    page.add_init_script(f"localStorage.setItem('matinee.player', '{mode}')")
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    enter(page, page_address, email, password)
    page.wait_for_load_state("networkidle")
    shoot(page, "home")
    rows = page.eval_on_selector_all(".row", "rows => rows.map(row => row.dataset.row)")

    press_play(page)
    start = page.evaluate(POSITION)
    page.wait_for_function(f"start => document.querySelector('video').currentTime >= start + {WATCH_SECONDS}", arg=start)
    shoot(page, "playing")
    stopped = page.evaluate("() => { const video = document.querySelector('video'); video.pause(); return video.currentTime; }")
    seen = page.evaluate("() => window.seen")
    source = page.evaluate("() => document.querySelector('video').currentSrc.split(':')[0]")
    # Leaving is what reports the last position.
    with page.expect_response(lambda response: response.request.method == "DELETE" and "/v1/playback-sessions/" in response.url):
        page.click(".player .bar a")

    page.goto(f"{page_address}#/home")
    page.wait_for_function(
        f"() => document.querySelector('[data-row^=continue] [data-title=\"{title}\"]') !== null", timeout=15_000)
    page.wait_for_load_state("networkidle")
    shoot(page, "continue")
    label = press_play(page)
    page.wait_for_function("() => document.querySelector('video').currentTime > 1")
    resumed = page.evaluate(POSITION)
    browser.close()

print(json.dumps({
    "rows": rows, "start": start, "stopped": stopped, "stalls": seen["stalls"], "begun": seen["begun"],
    "resumed": resumed, "label": label, "source": source, "errors": errors,
}))
