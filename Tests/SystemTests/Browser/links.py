"""Uses the pages behind links in mails as a person does: links.py CHROMIUM verify LINK | ask PAGE EMAIL | reset LINK
PASSWORD. Prints one line of JSON: what the page then says, and what went wrong in it."""

import json
import sys

from playwright.sync_api import TimeoutError, sync_playwright

chromium, action, address, *rest = sys.argv[1:]
errors = []

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
    page = browser.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    if action == "verify":
        page.get_by_role("button", name="Confirm").click()
    elif action == "ask":
        page.get_by_role("link", name="Forgot your password?").click()
        page.get_by_label("E-mail").fill(rest[0])
        page.get_by_role("button", name="Send link").click()
    else:
        page.get_by_label("New password").fill(rest[0])
        page.get_by_role("button", name="Set password").click()
    try:
        page.wait_for_function(
            """() => document.querySelector('#main [role=status]')
                  || document.querySelector('#main [role=alert]')?.textContent""", timeout=10_000)
    except TimeoutError:
        errors.append("nothing was said")
    main = page.locator("#main")
    status = main.locator('[role="status"]')
    alert = main.locator('[role="alert"]')
    print(json.dumps({
        "status": status.first.inner_text() if status.count() else None,
        "alert": alert.first.inner_text() if alert.count() else None,
        "errors": errors,
    }))
    browser.close()
