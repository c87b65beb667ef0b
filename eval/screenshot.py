"""Take a picture of the top of a run's report, as a browser shows it.

    python eval/screenshot.py results/wish --output docs/wish.png

Reads report.html in the folder of the run, in a headless Chromium (Debian's chromium and
chromium-driver), light colours, fixed width. Writes one PNG of at most 300 KB: its colours are
reduced until it is that small.
"""

from __future__ import annotations

import argparse
import base64
import io
import shutil
import tempfile
from pathlib import Path
from typing import Any

from data.errors import UserError, run

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip
MOST_BYTES = 300_000
COLOURS = (256, 128, 64, 32)  # of the palette, until the picture is small enough


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a results folder with a report.html")
    parser.add_argument("--output", type=Path, required=True, help="the PNG to write")
    parser.add_argument("--width", type=int, default=1100, help="of the window, in pixels")
    parser.add_argument("--height", type=int, default=1400, help="of the part shown, in pixels")
    parser.add_argument("--dark", action="store_true", help="dark colours")
    arguments = parser.parse_args()
    page = arguments.folder / "report.html"
    if not page.is_file():
        raise UserError(f"{page} is missing: run eval/report.py {arguments.folder} first")
    picture = taken(page, arguments.width, arguments.height, "dark" if arguments.dark else "light")
    write(arguments.output, small(picture))
    print(f"wrote {arguments.output}")


def browser(profile: str) -> Any:
    """A headless Chromium; UserError where it or its driver is not installed."""
    chromium, driver = shutil.which("chromium"), shutil.which("chromedriver")
    if not (chromium and driver):
        raise UserError("no chromium with chromedriver: apt-get install chromium chromium-driver")
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    return webdriver.Chrome(options=options, service=Service(driver))


def taken(page: Path, width: int, height: int, scheme: str) -> bytes:
    """The PNG of the top of a page, `width` x `height` pixels."""
    with tempfile.TemporaryDirectory() as profile:
        driver = browser(profile)
        try:
            media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
            driver.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
            size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
            driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
            driver.execute_cdp_cmd("Emulation.setScrollbarsHidden", {"hidden": True})
            driver.get(page.resolve().as_uri())
            shot = driver.execute_cdp_cmd("Page.captureScreenshot", {"format": "png"})
        finally:
            driver.quit()
    return base64.b64decode(shot["data"])


def small(picture: bytes) -> bytes:
    """The same picture with as many colours as fit into MOST_BYTES."""
    from PIL import Image

    with Image.open(io.BytesIO(picture)) as image:
        plain = image.convert("RGB")
    for colours in COLOURS:
        buffer = io.BytesIO()
        plain.quantize(colours, dither=Image.Dither.NONE).save(buffer, "PNG", optimize=True)
        if buffer.tell() <= MOST_BYTES:
            return buffer.getvalue()
    raise UserError(f"the picture is over {MOST_BYTES:,} bytes: choose a smaller --height")


def write(path: Path, content: bytes) -> None:
    from eval.figure_style import write_atomic

    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomic(path, content)


if __name__ == "__main__":
    raise SystemExit(run(main))
