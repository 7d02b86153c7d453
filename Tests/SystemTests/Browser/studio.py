"""The studio as an operator uses it.

studio.py CHROMIUM ADDRESS EMAIL PASSWORD begin NAME [SCREENSHOTS]   a form with mistakes, then a comparison of that name
studio.py CHROMIUM ADDRESS EMAIL PASSWORD end NAME [SCREENSHOTS]     its results, its end, the models, the replay
studio.py CHROMIUM ADDRESS EMAIL PASSWORD told - [SCREENSHOTS]       what the API could tell: results, models in all states
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
    # An operator without a profile is led there from the front door too.
    page.goto(address if action == "end" else f"{address}/#/studio")
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


def model(version, state, **more):
    return {
        "version": version, "state": state, "cause": "interactions", "trainedAt": "2026-01-02T03:04:05.000Z",
        "profiles": 400, "titles": 80, "interactions": 3000, "ndcgAt100": 0.41, "heldOutProfiles": 80,
        "trainingCpuSeconds": 1.25, **more}


def tell_experiments(page):
    """In place of the service, which would take hundreds of profiles for results that are sure."""
    began = {"share": 0.5, "startedAt": "2026-01-02T03:04:05.000Z", "endedAt": "2026-01-03T03:04:05.000Z"}
    drafted = {**began, "id": "exp_2", "name": "Drafted", "kind": "interleaving", "arms": [
        {"name": "own"}, {"name": "rival", "ranker": "popularity", "calibrationShare": 0}]}
    compared = {**began, "id": "exp_1", "name": "Compared", "kind": "comparison", "arms": [
        {"name": name} for name in ("first", "better", "worse", "alike")]}
    figure = {"profiles": 200, "pages": 400, "impressions": 8000, "plays": 400, "completions": 90}
    rate = {"value": 0.05, "low": 0.04, "high": 0.06}
    leads = [None, (0.02, 0.01, 0.03), (-0.02, -0.03, -0.01), (0.001, -0.01, 0.012)]
    arms = [{**figure, "name": arm["name"], "playRate": rate, "completionRate": rate, **(
        {"difference": dict(zip(("value", "low", "high"), lead))} if lead else {})}
        for arm, lead in zip(compared["arms"], leads)]
    preference = {"wins": 20, "losses": 60, "ties": 4, "preference": {"value": 0.74, "low": 0.63, "high": 0.82}}
    told = {
        "experiments": {"items": [drafted, compared]}, "exp_1": {"experiment": compared, "arms": arms},
        "exp_2": {"experiment": drafted, "preference": preference}}
    page.route("**/v1/studio/experiments**", lambda route: route.fulfill(json=told[route.request.url.split("/")[-1]]))


def results(page):
    page.wait_for_selector("[data-experiment=exp_2] .results")
    seen = {"drafted": [page.inner_text(".verdict"), arms(page), page.inner_text("[data-experiment] li >> nth=1")]}
    picture(page, "drafted")
    page.get_by_role("link", name="Compared").click()
    page.wait_for_selector("[data-experiment=exp_1] .results")
    picture(page, "compared")
    return {**seen, "compared": page.inner_text(".verdict")}


def tell_models(page, asked):
    """The same for models."""
    rival = {"ranker": "similarity", "ndcgAt100": 0.38, "lead": 0.03, "leadStandardError": 0.01}
    told = {"serving": 6, "items": [
        model(7, "notAhead", rival={**rival, "lead": -0.002}), model(6, "published", rival=rival), model(5, "refused"),
        model(4, "damaged"), model(3, "otherFormat"), model(2, "someNewState"), model(1, "removed")]}

    def answer(route):
        asked.append([route.request.method, route.request.post_data_json])
        if route.request.method == "PUT":
            told["serving"] = told["pinned"] = route.request.post_data_json["version"]
        elif route.request.method == "DELETE":
            del told["pinned"]
        route.fulfill(json=told)

    page.route("**/v1/studio/models**", answer)


def models(page, asked):
    rows = page.locator("#studio-models tbody tr")
    rows.first.wait_for()
    seen = {
        "states": page.locator("#studio-models .state").all_inner_texts(),
        "pins": [button.get_attribute("aria-label") for button in page.locator("#studio-models tbody button").all()],
        "leads": [plot.get_attribute("aria-label") for plot in page.locator("#studio-models svg").all()],
        "first": page.inner_text("#serving-model"),
    }
    picture(page, "models")
    page.get_by_role("button", name="Pin model 7").click()
    page.wait_for_selector("#release-model")
    seen["pinned"] = page.inner_text("#serving-model")
    seen["focused"] = page.evaluate("document.activeElement.id")
    page.click("#release-model")
    page.wait_for_selector("#release-model", state="detached")
    return {**seen, "asked": [one for one in asked if one[0] != "GET"]}


with sync_playwright() as playwright:
    faults = []
    browser, page = open_page(playwright, chromium, faults)
    page.on("console", lambda message: faults.append(message.text) if "Content Security Policy" in message.text else None)
    asked = []
    if action == "told":
        tell_experiments(page)
        tell_models(page, asked)
    enter_studio(page)
    if action == "viewer":
        page.wait_for_selector("#main [role=alert]:not(.error)")
        seen = {"said": page.inner_text("#main"), "link": page.is_visible("#studio")}
    else:
        page.wait_for_selector("#studio-models table, #studio-models .muted")
        acts = {"begin": begin, "end": end, "told": lambda page: {**results(page), **models(page, asked)}}
        seen = acts[action](page)
    browser.close()

print(json.dumps({**seen, "faults": faults}))
