"""A real browser for the tests that need one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

# Each window would load three pages for its own address bar: more than a second of a processor for one
# that nobody sees. The switch replaces Playwright's own, of which the others here are what matters to us.
WITHOUT = [
    *("WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "WebUIOmniboxFullPopup", "PreloadTopChromeWebUI"),
    *("SpareRendererForSitePerProcess", "OptimizationHints", "AimEnabled", "MediaRouter", "LensOverlay"),
    *("AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "PaintHolding"),
    *("HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "ThirdPartyStoragePartitioning"),
]
# The first has no windows to draw, and takes a quarter less of a processor.
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-dev-shm-usage", f"--disable-features={','.join(WITHOUT)}"]


@contextmanager
def a_chromium() -> Iterator[Any]:
    """Chromium for as long as the block lasts; without one on this machine the test is skipped, in CI it fails.

    Playwright keeps an event loop in this thread until then, and Django's connection is another one inside of it.
    """
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        message = "There is no chromium on this machine: apt-get install chromium-headless-shell, or chromium."
        pytest.fail(message) if os.environ.get("CI") == "true" else pytest.skip(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        yield browser
        browser.close()
