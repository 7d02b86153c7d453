"""The studio as an operator uses it.

studio.py CHROMIUM ADDRESS EMAIL PASSWORD begin NAME [SCREENSHOTS]   a form with mistakes, then a comparison of that name
studio.py CHROMIUM ADDRESS EMAIL PASSWORD end NAME [SCREENSHOTS]     its results, its end, the models, the replay
studio.py CHROMIUM ADDRESS EMAIL PASSWORD viewer                     what a viewer sees of it
Prints one JSON object with what was seen.
"""

import json
import sys

from playwright.sync_api import sync_playwright

from viewer import open_page

chromium, address, email, password, action, *rest = sys.argv[1:]
name, screenshots = (rest + [None, None])[:2]


def enter_studio(page):
    page.goto(f"{address}/#/studio")
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.click("button.primary")


def picture(page, part):
    if screenshots:
        page.evaluate("scrollTo(0, 0)")
        page.screenshot(path=f"{screenshots}/studio-{part}.png", full_page=True)


def begin(page):
    page.get_by_role("button", name="Begin", exact=True).click()
    page.wait_for_selector("[aria-invalid=true]")
    nameless = page.inner_text("[id='error-name']")
    focused = page.evaluate("document.activeElement.name")
    page.fill("input[name=name]", name)
    page.fill("input[name='arms[0].name']", "as it is")
    page.fill("input[name='arms[1].name']", "no chance")
    page.select_option("select[name='arms[1].explores']", "false")
    page.get_by_role("button", name="Another arm").click()
    page.fill("input[name='arms[2].name']", "as it is")
    page.fill("input[name='arms[2].calibrationShare']", "7")
    page.get_by_role("button", name="Begin", exact=True).click()
    page.wait_for_function("() => document.getElementById('error-arms[2].calibrationShare').textContent")
    picture(page, "mistakes")
    seen = {
        "nameless": nameless, "focused": focused,
        "calibration": page.inner_text("[id='error-arms[2].calibrationShare']"),
        "alert": page.inner_text("#studio-begin [role=alert]"), "cleared": page.inner_text("[id='error-name']"),
    }
    page.locator(".remove").nth(2).click()
    page.get_by_role("button", name="Begin", exact=True).click()
    page.wait_for_selector("[data-experiment] [data-state=running]")
    page.wait_for_selector("#studio-begin form", state="detached")
    return {**seen, "heading": page.inner_text("[data-experiment] h3"), "arms": arms(page)}


def arms(page):
    return [row.locator("th, td").all_inner_texts() for row in page.locator(".results tbody tr").all()]


def end(page):
    page.get_by_role("link", name=name).click()
    page.wait_for_selector("[data-experiment]")
    plots = page.locator(".results svg[role=img]")
    plots.first.wait_for()
    seen = {
        "arms": arms(page), "verdict": page.inner_text(".verdict"),
        "plots": [plot.get_attribute("aria-label") for plot in plots.all()],
        "models": page.inner_text("#serving-model"),
        "replay": page.locator("#studio-replay tbody tr").count(),
    }
    picture(page, "results")
    page.set_viewport_size({"width": 400, "height": 800})
    seen["wide"] = page.evaluate("document.documentElement.scrollWidth")
    picture(page, "narrow")
    page.set_viewport_size({"width": 1280, "height": 720})
    page.click("#train-model")
    page.wait_for_function("() => document.getElementById('notice').textContent.includes('is being trained')")
    page.click("#end-experiment")
    page.wait_for_selector("[data-experiment] [data-state=ended]")
    page.wait_for_selector("#studio-begin form")
    return {**seen, "left": page.locator("#end-experiment").count()}


with sync_playwright() as playwright:
    faults = []
    browser, page = open_page(playwright, chromium, faults)
    page.on("console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None)
    enter_studio(page)
    if action == "viewer":
        page.wait_for_selector("#main [role=alert]:not(.error)")
        seen = {"said": page.inner_text("#main"), "link": page.is_visible("#studio")}
    else:
        page.wait_for_selector("#studio-models table, #studio-models .muted")
        seen = begin(page) if action == "begin" else end(page)
    browser.close()

print(json.dumps({**seen, "faults": faults}))
