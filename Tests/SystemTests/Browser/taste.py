"""What is reported of a home page in a real browser, and what a viewer says of recommendations.

Prints one JSON object with what was seen. Usage: taste.py CHROMIUM ADDRESS EMAIL PASSWORD
The profile has watched something.
"""

import json
import sys

from playwright.sync_api import sync_playwright

from viewer import enter, open_page

chromium, address, email, password = sys.argv[1:5]


def answer(page, method, part, act):
    with page.expect_response(lambda got: got.request.method == method and part in got.url) as found:
        act()
    return found.value


def taste(page):
    page.goto(f"{address}/#/taste")
    page.wait_for_selector("#taste-summary")
    return page.inner_text("#main")


with sync_playwright() as playwright:
    faults = []
    browser, page = open_page(playwright, chromium, faults)
    enter(page, address + "/", email, password)
    page.goto(f"{address}/#/home")
    page.wait_for_selector(".row[data-row=new] .card")

    # Nothing is clicked: what stays in view is reported by itself.
    dwelt = answer(page, "POST", "/impressions", lambda: None)
    title = page.get_attribute(".row[data-row=new] .card", "data-title")
    clicked = answer(page, "POST", "/impressions", lambda: page.locator(".row[data-row=new] .card").nth(-1).click())
    page.wait_for_selector("#my-list")
    before = taste(page)
    page.goto(f"{address}/#/title/{title}")
    page.wait_for_selector("#not-interested")
    name = page.inner_text("h1")
    hidden = answer(page, "PUT", "/hidden/", lambda: page.click("#not-interested")).status
    page.goto(f"{address}/#/home")
    page.wait_for_selector(".row .card")
    gone = page.locator(f"[data-title={title}]").count() == 0
    said = taste(page)
    shown = answer(page, "DELETE", "/hidden/", lambda: page.click("text=Show again")).status
    page.wait_for_function("() => !document.body.innerText.includes('Not interested')")
    reset = answer(page, "DELETE", "/taste", lambda: page.click("#reset-taste")).status
    page.wait_for_function("() => document.body.innerText.includes('Nothing is known yet')")
    browser.close()

print(json.dumps({
    "dwelt": [dwelt.status, len(json.loads(dwelt.request.post_data)["titleIds"])], "clicked": clicked.status,
    "before": before, "said": said, "name": name, "gone": gone, "statuses": [hidden, shown, reset], "faults": faults,
}))
