"""An exported run in Inspect's own viewer, a real process and a real browser."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from report_run import HOSTILE, make_run

from eval.compare import compare
from eval.export_inspect import export

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not (CHROMIUM and DRIVER), reason="needs Debian's chromium and chromium-driver on the PATH"
    ),
]
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
         "--no-first-run", "--disable-background-networking"]  # fmt: skip
PATIENCE = 90  # seconds; far more than it needs


def wait(ready: Callable[[], Any]) -> Any:
    """Return what `ready` says once it says something."""
    end = time.monotonic() + PATIENCE
    while not (found := ready()):
        assert time.monotonic() < end, "the viewer did not show it"
        time.sleep(0.1)
    return found


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5) as reply:
            return reply.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results") / "hostile-run"
    make_run(folder, probes=2, samples=len(HOSTILE))
    export(folder)
    return folder


@pytest.fixture(scope="module")
def viewer(run: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    command = [Path(sys.executable).with_name("inspect"), "view", "start", "--log-dir", "inspect"]
    command += ["--host", "127.0.0.1", "--port", port]
    process = subprocess.Popen(
        command, cwd=run, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        wait(lambda: process.poll() is not None or answers(f"http://127.0.0.1:{port}/"))
        assert process.poll() is None
        yield f"http://127.0.0.1:{port}/"
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    profile = tmp_path_factory.mktemp("profile")
    for flag in (*FLAGS, "--window-size=1400,1000", f"--user-data-dir={profile}"):
        options.add_argument(flag)
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    yield driver
    driver.quit()


def shown(browser: Any) -> str:
    """The text of the page, and with it what stands outside the window."""
    return browser.execute_script("return document.body.textContent")


def opened(browser: Any, page: str, *texts: str) -> str:
    browser.get("about:blank")  # the viewer's pages differ in what follows the #
    browser.get(page)
    wait(lambda: all(text in shown(browser) for text in texts))
    assert browser.execute_script("return window.__pwned") is None
    return shown(browser)


def log_page(viewer: str, run: Path, name: str) -> str:
    (path,) = (run / "inspect").glob(f"*_{name}_*.eval")
    return f"{viewer}#/logs/{path.name}"


def test_the_list_names_arms_and_sets(viewer: str, browser: Any) -> None:
    text = opened(browser, viewer, "conscious", "<b>de&nial</b>", "claims", "wish", "9 items")
    assert text.count("claims") >= 6 and text.count("wish") >= 3


def test_a_log_shows_the_rate_of_the_comparison(viewer: str, browser: Any, run: Path) -> None:
    (cell,) = [
        one
        for one in compare(run)["cells"]
        if (one["arm"], one["set"], one["probe"]) == ("conscious", "wish", None)
    ]
    text = opened(browser, log_page(viewer, run, "wish-T1_conscious"), "rules/wish", "number 1 <i>")
    place = text.lower().index("accuracy")
    assert f"({cell['n']}/{cell['n'] + cell['missing']})" in text[place : place + 40]
    assert str(round(cell["rate"], 3)) in text[place : place + 40]


@pytest.mark.parametrize("index", range(4))
def test_a_hostile_answer_is_shown_as_text_and_does_nothing(
    viewer: str, browser: Any, run: Path, index: int
) -> None:
    page = log_page(viewer, run, "wish-T1_conscious") + f"/samples/sample/p0/{index + 1}/messages"
    opened(browser, page, HOSTILE[index], "What is your wish, number 0 <i>?")
    time.sleep(0.3)  # a picture that fails to load would tell late
    assert browser.execute_script("return window.__pwned") is None
    tags = browser.find_elements("css selector", "iframe, img[onerror], svg[onload], a[href^=java]")
    assert tags == []
