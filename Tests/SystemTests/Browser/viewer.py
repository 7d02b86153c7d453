"""What every script of a viewer begins with: a browser, a page that tells its errors, the way in."""


def open_page(playwright, chromium, errors, screen=None, muted=True):
    """A page of 1280×720 in a browser that may play by itself. Errors nobody caught go to the list."""
    browser = playwright.chromium.launch(
        executable_path=chromium,
        args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"] + ["--mute-audio"] * muted)
    page = browser.new_page(viewport={"width": 1280, "height": 720}, screen=screen)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.set_default_timeout(30_000)
    return browser, page


def log_in(page, address, email, password):
    """To the choice of profiles."""
    page.goto(address)
    page.fill("input[name=email]", email)
    page.fill("input[name=password]", password)
    page.click("button.primary")
    page.wait_for_selector("[data-profile]")


def enter(page, address, email, password):
    """To the home page of the account's first profile."""
    log_in(page, address, email, password)
    page.click("[data-profile]")
    page.wait_for_selector(".row .card")
