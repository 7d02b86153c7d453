"""What a viewer says of a film in a real browser: on my list, thumbs, out of the history, and taken back.

Prints one JSON object with what was seen. Usage: opinions.py CHROMIUM ADDRESS EMAIL PASSWORD TITLE
The profile has begun the film.
"""

import json
import sys

from playwright.sync_api import sync_playwright

from viewer import enter, open_page

chromium, address, email, password, title = sys.argv[1:6]
STATE = """() => ({
  list: document.getElementById("my-list").getAttribute("aria-pressed"),
  thumbs: [...document.querySelectorAll("[data-thumbs][aria-pressed=true]")].map((button) => button.dataset.thumbs),
  play: document.getElementById("play").innerText, hide: document.getElementById("hide") !== null,
})"""


def answered(page, method, part, act):
    with page.expect_response(lambda answer: answer.request.method == method and part in answer.url) as found:
        act()
    page.wait_for_function("() => true")
    return found.value.status


ROWS = "(rows, title) => rows.filter(row => row.querySelector(`[data-title=${title}]`)).map(row => row.dataset.row)"


def show(page, is_listed):
    # A home page of before serves while a service is slow to answer, so it is opened until it has followed.
    for _ in range(20):
        page.goto(f"{address}/#/home")
        page.reload()
        page.wait_for_selector(".row .card")
        rows = page.eval_on_selector_all(".row", ROWS, title)
        if ("my-list" in rows) == is_listed:
            break
    page.goto(f"{address}/#/title/{title}")
    page.wait_for_selector("#my-list")
    return {"rows": rows, **page.evaluate(STATE)}


with sync_playwright() as playwright:
    faults = []
    browser, page = open_page(playwright, chromium, faults)
    enter(page, address + "/", email, password)

    before = show(page, is_listed=False)
    statuses = [
        answered(page, "PUT", "/list/", lambda: page.click("#my-list")),
        answered(page, "PUT", "/ratings/", lambda: page.click("[data-thumbs=up]")),
        answered(page, "PUT", "/ratings/", lambda: page.click("[data-thumbs=love]")),
        answered(page, "DELETE", "/history/", lambda: page.click("#hide")),
    ]
    said = show(page, is_listed=True)
    statuses += [
        answered(page, "DELETE", "/list/", lambda: page.click("#my-list")),
        answered(page, "DELETE", "/ratings/", lambda: page.click("[data-thumbs=love]")),
    ]
    after = show(page, is_listed=False)
    browser.close()

print(json.dumps({"before": before, "said": said, "after": after, "statuses": statuses, "faults": faults}))
