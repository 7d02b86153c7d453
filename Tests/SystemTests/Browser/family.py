"""A family's device in a real browser: a PIN, a kids' profile, and a plan that is changed while a film plays.

Prints one JSON object with what was seen. Usage: family.py CHROMIUM ADDRESS EMAIL PASSWORD TITLE [SCREENSHOTS]
The account has a profile Vera, which is locked by the PIN 4711 on other devices, and a kids' profile Kim.
"""

import json
import sys
import urllib.request

from playwright.sync_api import sync_playwright

from viewer import log_in, open_page

chromium, address, email, password, title = sys.argv[1:6]
screenshots = sys.argv[6] if len(sys.argv) > 6 else None
PIN = "4711"
NAMES = "buttons => buttons.map(button => button.innerText.split('\\n')[0])"
POSITION = "() => document.querySelector('video')?.currentTime ?? 0"


def call(method, path, body, token=None):
    headers = {"Content-Type": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(address + path, json.dumps(body).encode(), headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)


def shoot(page, name):
    if screenshots:
        page.screenshot(path=f"{screenshots}/family-{name}.png")


def profiles(page):
    page.goto(f"{address}/#/profiles")
    page.wait_for_selector("[data-profile]")
    page.wait_for_load_state("networkidle")
    return page.eval_on_selector_all("[data-profile]", NAMES)


with sync_playwright() as playwright:
    faults = []
    # A screen that is sharper than the smallest plan.
    browser, page = open_page(playwright, chromium, faults, screen={"width": 1920, "height": 1080})
    page.add_init_script("localStorage.setItem('matinee.player', 'mse')")
    started = []
    page.on("request", lambda request: started.append(request.url)
            if request.method == "POST" and request.url.endswith("/playback-sessions") else None)

    log_in(page, address + "/", email, password)
    every = page.eval_on_selector_all("[data-profile]", NAMES)
    shoot(page, "profiles")

    # The locked profile asks for its PIN.
    page.click("[data-profile]:has-text('Vera')")
    page.fill("input[name=pin]", "0000")
    page.click("button.primary")
    page.wait_for_selector(".error:not(:empty)")
    wrong = page.inner_text(".error")
    shoot(page, "pin")
    page.fill("input[name=pin]", PIN)
    page.click("button.primary")
    page.wait_for_selector("#header:not([hidden])")
    page.wait_for_function("() => location.hash === '#/home'")

    # Pictures and PINs are changed in the settings.
    page.goto(f"{address}/#/settings")
    page.wait_for_selector("[data-settings]")
    kim = page.locator("[data-settings]").nth(1)
    kim.locator("button[title=kite]").click()
    page.wait_for_function("() => document.querySelectorAll('[data-settings]')[1].querySelector('h2 img').src.endsWith('/avatars/kite.svg')")
    kim.locator("input[name=pin]").fill("0815")
    kim.locator("input[name=password]").fill(password)
    kim.locator("form button >> nth=0").click()
    page.wait_for_selector("[data-settings] >> nth=1 >> text=Remove the PIN")
    shoot(page, "settings")
    kim.locator("input[name=password]").fill(password)
    kim.locator("text=Remove the PIN").click()
    page.wait_for_selector("[data-settings] >> nth=1 >> text=Lock with a PIN")
    chosen = kim.locator("h2 img").get_attribute("src")

    # As a kids' profile the device shows nobody else, a reload included, and is left by password.
    profiles(page)
    page.click("[data-profile]:has-text('Kim')")
    page.wait_for_function("() => location.hash === '#/home'")
    page.reload()
    kids = profiles(page)
    shoot(page, "kids")
    page.click("#leave-kids")
    page.fill("input[name=password]", "not the password")
    page.click("button.primary")
    page.wait_for_selector(".error:not(:empty)")
    page.fill("input[name=password]", password)
    page.click("button.primary")
    page.wait_for_selector("[data-profile]:has-text('Vera')")
    after = page.eval_on_selector_all("[data-profile]", NAMES)
    page.click("[data-profile]:has-text('Vera')")
    page.wait_for_function("() => location.hash === '#/home'")

    # A plan that is changed elsewhere ends the session; the page starts anew where it was.
    page.goto(f"{address}/#/play/{title}")
    page.wait_for_selector("video")
    page.wait_for_function(f"() => ({POSITION})() > 3")
    before = page.evaluate(POSITION)
    token = call("POST", "/v1/sessions", {
        "email": email, "password": password, "device": {"name": "elsewhere", "kind": "web"}})["accessToken"]
    call("PUT", "/v1/account/plan", {"plan": "basic"}, token)
    while len(started) < 2:
        page.wait_for_timeout(200)
    page.wait_for_function(f"at => ({POSITION})() > at + 3", arg=before)
    shoot(page, "plan")
    print(json.dumps({
        "every": every, "wrong": wrong, "kids": kids, "chosen": chosen, "after": after, "starts": len(started), "before": before,
        "position": page.evaluate(POSITION), "problem": page.inner_text(".problem"), "faults": faults,
    }))
    browser.close()
