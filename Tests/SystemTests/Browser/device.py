"""Signs a television in on the page, as a person does who has scanned what it shows: device.py CHROMIUM PAGE EMAIL
PASSWORD yes|no. Prints one line of JSON: what the page asked and said, and what went wrong in it."""

import json
import sys

from playwright.sync_api import sync_playwright

chromium, address, email, password, answer = sys.argv[1:]
errors = []

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    page = browser.new_page()
    page.set_default_timeout(15_000)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Log in").click()
    # The code is in the address, so it is there already.
    page.get_by_role("button", name="Next").click()
    page.get_by_role("heading", name="Is this yours?").wait_for()
    asked = page.locator("#main").inner_text()
    page.get_by_role("button", name="Yes, sign it in" if answer == "yes" else "No", exact=True).click()
    page.locator('#main [role="status"]').wait_for()
    said = page.locator('#main [role="status"] h1').inner_text()
    print(json.dumps({"asked": asked, "said": said, "errors": errors}))
    browser.close()
