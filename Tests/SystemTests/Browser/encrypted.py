"""A viewer plays an encrypted film in a real browser.

Prints one JSON object with what was seen. Usage: encrypted.py CHROMIUM ADDRESS EMAIL PASSWORD TITLE MODE [SCREENSHOTS]
MODE is the player: `mse`, `chosen` (what the page takes by itself), or `wrong`: that, given a wrong key.
"""

import base64
import json
import sys

from playwright.sync_api import sync_playwright

from viewer import enter, open_page

chromium, address, email, password, title, mode = sys.argv[1:7]
screenshots = sys.argv[7] if len(sys.argv) > 7 else None

LOOK = """() => {
  const video = document.querySelector("video");
  return {
    width: video.videoWidth, time: video.currentTime, source: video.currentSrc.split(":")[0],
    hasKeys: video.mediaKeys !== null, frames: video.getVideoPlaybackQuality().totalVideoFrames,
    problem: document.querySelector(".player .problem").textContent,
  };
}"""
# How many colours the middle of the screen shows. The page itself may not read the pixels of an encrypted film, so a
# picture of the screen is looked at, elsewhere.
COLOURS = """async (picture) => {
  const image = new Image();
  image.src = "data:image/png;base64," + picture;
  await image.decode();
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [64, 36];
  const context = canvas.getContext("2d");
  context.drawImage(image, 0, image.height / 4, image.width, image.height / 2, 0, 0, 64, 36);
  const { data } = context.getImageData(0, 0, 64, 36);
  const seen = new Set();
  for (let at = 0; at < data.length; at += 4) seen.add(data[at] >> 4 << 8 | data[at + 1] >> 4 << 4 | data[at + 2] >> 4);
  return seen.size;
}"""


def mislead(route):
    """Answers as playback would, with another key."""
    request = route.request
    if request.method == "POST":
        kids = json.loads(request.post_data)["kids"]
        keys = [{"kty": "oct", "kid": kid, "k": "AAAAAAAAAAAAAAAAAAAAAA"} for kid in kids]
        route.fulfill(json={"keys": keys, "type": "temporary"})
    else:
        route.fulfill(body=bytes(16), content_type="application/octet-stream")


with sync_playwright() as playwright:
    errors, keys, session = [], [], []
    browser, page = open_page(playwright, chromium, errors)
    if mode == "mse":
        page.add_init_script(f"localStorage.setItem('matinee.player', '{mode}')")
    page.on("response", lambda answer: keys.append([answer.request.method, answer.status]) if "/keys" in answer.url else None)
    if mode == "wrong":
        page.route("**/media/*/*/keys**", mislead)

    enter(page, address + "/", email, password)
    page.goto(f"{address}/#/title/{title}")
    page.wait_for_selector("#play")
    with page.expect_response(lambda answer: answer.url.endswith("/playback-sessions")) as opened:
        page.click("#play")
    session = opened.value.json()
    page.wait_for_selector("video")
    if mode == "wrong":
        # Either it says so, or nothing is ever shown; what must not be is that the film plays.
        page.wait_for_timeout(4000)
    else:
        page.wait_for_function("() => document.querySelector('video').currentTime > 3")
    seen = page.evaluate(LOOK)
    picture = page.screenshot()
    if screenshots:
        with open(f"{screenshots}/encrypted-{session['encryption']['scheme']}-{mode}.png", "wb") as file:
            file.write(picture)
    colours = browser.new_page().evaluate(COLOURS, base64.b64encode(picture).decode())
    browser.close()

print(json.dumps({"seen": seen, "colours": colours, "keys": keys, "encryption": session["encryption"], "errors": errors}))
