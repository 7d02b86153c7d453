"""A viewer chooses what to read and what to hear, with the keyboard, and is shown a cue at its time.

Prints one JSON object with what was seen. Usage: tracks.py CHROMIUM ADDRESS EMAIL PASSWORD TITLE [native|mse] [SCREENSHOTS]
"""

import json
import sys

from playwright.sync_api import sync_playwright

from viewer import enter, open_page

chromium, address, email, password, title, mode = sys.argv[1:7]
screenshots = sys.argv[7] if len(sys.argv) > 7 else None

OPTIONS = "select => [...select.options].map(option => option.text)"
SHOWN = """() => [...document.querySelector("video").textTracks]
  .filter(track => track.mode === "showing").map(track => track.label)"""
CUES = """() => [...document.querySelector("video").textTracks].filter(track => track.mode === "showing")
  .flatMap(track => [...(track.activeCues ?? [])].map(cue => cue.getCueAsHTML().textContent))"""
# The pitch that is heard: zero crossings of the sound as it leaves the video element.
PITCH = """async () => {
  const video = document.querySelector("video");
  window.meter ??= (() => {
    const context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 8192;
    context.createMediaElementSource(video).connect(analyser);
    return { context, analyser };
  })();
  const { context, analyser } = window.meter;
  await context.resume();
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const loudest = bins.indexOf(Math.max(...bins));
  return bins[loudest] < -90 ? 0 : Math.round(loudest * context.sampleRate / analyser.fftSize);
}"""


def playing(page):
    page.wait_for_function(
        "() => { const video = document.querySelector('video'); return video.readyState >= 3 && !video.paused; }")


def seek(page, seconds):
    page.evaluate("at => { document.querySelector('video').currentTime = at; }", seconds)
    playing(page)


def pitch(page, expected):
    """What is heard, as soon as it is about what is expected; else what was heard last."""
    heard = 0
    for _ in range(40):
        heard = page.evaluate(PITCH)
        if abs(heard - expected) < 20:
            break
        page.wait_for_timeout(100)
    return heard


with sync_playwright() as playwright:
    errors = []
    browser, page = open_page(playwright, chromium, errors, muted=False)
    page.add_init_script(f"localStorage.setItem('matinee.player', '{mode}')")
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)

    enter(page, address + "/", email, password)
    page.goto(f"{address}/#/title/{title}")
    page.wait_for_selector("#play")
    languages = page.eval_on_selector_all(".languages", "lines => lines.map(line => line.textContent)")
    page.click("#play")
    page.wait_for_selector("video")
    playing(page)
    subtitles = page.eval_on_selector("select[name=subtitles]", OPTIONS)
    audio = page.eval_on_selector("select[name=audio]", OPTIONS)
    before = page.evaluate(SHOWN)
    first_pitch = pitch(page, 880)

    # By keyboard alone: to the menu, and down to the language.
    page.focus("select[name=subtitles]")
    page.keyboard.press("ArrowDown")
    chosen = page.eval_on_selector("select[name=subtitles]", "select => select.value")
    page.wait_for_function("() => [...document.querySelector('video').textTracks].some(track => track.mode === 'showing' && track.cues?.length)")
    seek(page, 2.2)
    page.wait_for_function(f"() => ({CUES})().length > 0")
    cues = page.evaluate(CUES)
    at = page.evaluate("() => { const video = document.querySelector('video'); video.pause(); return video.currentTime; }")
    page.wait_for_timeout(300)  # The picture with its words has to be painted before it is photographed.
    if screenshots:
        page.screenshot(path=f"{screenshots}/{mode}-cue.png")
    page.evaluate("() => document.querySelector('video').play()")

    page.focus("select[name=audio]")
    page.keyboard.press("ArrowDown")
    playing(page)
    second_pitch = pitch(page, 440)
    still = page.evaluate(SHOWN)
    resumed = page.evaluate("() => document.querySelector('video').currentTime")
    source = page.evaluate("() => document.querySelector('video').currentSrc.split(':')[0]")
    if screenshots:
        page.screenshot(path=f"{screenshots}/{mode}-audio.png")
    browser.close()

print(json.dumps({
    "languages": languages, "subtitles": subtitles, "audio": audio, "before": before, "chosen": chosen, "cues": cues,
    "at": at, "pitches": [first_pitch, second_pitch], "still": still, "resumed": resumed, "source": source, "errors": errors,
}))
