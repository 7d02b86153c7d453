"""Opens a report from its file, as whoever was sent it does, and looks at what it asks for and shows.

Usage: report.py CHROMIUM FILE [SCREENSHOTS]. Prints one JSON object with what was seen.
"""

import json
import pathlib
import sys

from playwright.sync_api import sync_playwright

from viewer import open_page

chromium, file, *rest = sys.argv[1:]
address = pathlib.Path(file).resolve().as_uri()

with sync_playwright() as playwright:
    faults, asked = [], []
    browser, page = open_page(playwright, chromium, faults)
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: faults.append(message.text))
    page.goto(address)
    plots = page.locator("svg[role=img]")
    plots.first.wait_for()
    seen = {
        "asked": [url for url in asked if url != address],
        "plots": [plot.locator("title").text_content() for plot in plots.all()],
        "marks": [plot.locator("rect, polyline, circle").count() for plot in plots.all()],
        "cut": page.evaluate("""() => [...document.querySelectorAll('svg text')].filter((text) => {
            const [own, whole] = [text.getBoundingClientRect(), text.closest('svg').getBoundingClientRect()];
            return own.left < whole.left || own.right > whole.right || own.bottom > whole.bottom;
        }).map((text) => text.textContent)"""),
        "over": page.evaluate("""() => [...document.querySelectorAll('svg')].flatMap((svg) => {
            const boxes = [...svg.querySelectorAll('text')].map((text) => [text.textContent, text.getBoundingClientRect()]);
            return boxes.flatMap(([one, a], index) => boxes.slice(index + 1).filter(([, b]) =>
                a.left < b.right && b.left < a.right && a.top < b.bottom - 3 && b.top < a.bottom - 3).map(([other]) => [one, other]));
        })"""),
        "text": page.inner_text("body"),
    }
    if rest:
        page.screenshot(path=f"{rest[0]}/report.png", full_page=True)
    page.set_viewport_size({"width": 400, "height": 800})
    seen["wide"] = page.evaluate("document.documentElement.scrollWidth")
    if rest:
        page.screenshot(path=f"{rest[0]}/report-narrow.png", full_page=True)
    browser.close()

print(json.dumps({**seen, "faults": faults}))
