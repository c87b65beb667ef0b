"""The report in a real browser: inert, offline, and usable by mouse, keyboard and screen reader."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from report_run import ARMS, HOSTILE, make_run

from eval.report import write_report

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="needs Debian's chromium and chromium-driver on the PATH"
)
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-dev-shm-usage",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync",
]  # fmt: skip


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    folder = tmp_path_factory.mktemp("results")
    make_run(folder)
    write_report(folder)
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    driver.page = (folder / "report.html").as_uri()  # type: ignore[attr-defined]
    yield driver
    driver.quit()


def opened(browser: Any, width: int = 1200, scheme: str = "light") -> Any:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(browser.page)
    return browser


def pick(browser: Any, name: str, value: str) -> None:
    from selenium.webdriver.support.ui import Select

    Select(browser.find_element("id", f"f-{name}")).select_by_visible_text(value)


def shown(browser: Any) -> tuple[str, list[str]]:
    """The count line, and the arms of the transcripts in view."""
    items = browser.find_elements("css selector", "#list .arm")
    return browser.find_element("id", "count").text, [item.text for item in items]


def test_hostile_answers_run_nothing_and_the_page_asks_for_nothing(browser: Any) -> None:
    browser.get("about:blank")
    browser.get_log("performance")  # away with what the browser itself opened at the start
    opened(browser)
    for _ in range(3):  # through the pages, so that hostile answers of all kinds were shown
        browser.execute_script("document.getElementById('next').click()")
    assert browser.execute_script("return window.__pwned") is None
    foreign = "#list script, #list img, #list svg, #list iframe, #list a, #list b"
    assert browser.find_elements("css selector", foreign) == []
    texts = browser.execute_script(  # as JSON, which has a spelling for lone surrogates
        "const found = [...document.querySelectorAll('#list .answer .text')];"
        "return JSON.stringify(found.map((node) => node.textContent));"
    )
    assert set(json.loads(texts)) == {text or "(empty)" for text in HOSTILE}
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events
             if event["method"] == "Network.requestWillBeSent"]  # fmt: skip
    assert {url.split(":")[0] for url in asked} <= {"file", "data"}
    assert sum(url.startswith("file:") for url in asked) == 1
    assert browser.get_log("browser") == []  # no error, no refusal by the page's own policy


def test_a_script_put_into_the_page_is_refused(browser: Any) -> None:
    opened(browser)
    browser.execute_script(
        "const box = document.createElement('div');"
        'box.innerHTML = \'<img src="data:," onerror="window.__pwned = 1">\';'
        "document.body.append(box);"
        "const code = document.createElement('script'); code.textContent = 'window.__pwned = 1';"
        "document.body.append(code);"
    )
    browser.execute_async_script("setTimeout(arguments[0], 300)")
    assert browser.execute_script("return window.__pwned") is None
    assert "Content Security Policy" in str(browser.get_log("browser"))


def test_filters_search_and_pages_work_together(browser: Any) -> None:
    opened(browser)
    total = len(ARMS) * 4 * 41
    assert shown(browser)[0] == f"Answers 1 to 50 of {total}" and len(shown(browser)[1]) == 50
    browser.find_element("id", "next").click()
    assert shown(browser)[0] == f"Answers 51 to 100 of {total}"
    pick(browser, "arm", "conscious")
    count, arms = shown(browser)
    assert count == f"Answers 1 to 50 of {total // 3}" and set(arms) == {"conscious"}
    pick(browser, "set", "wish")
    pick(browser, "verdict", "true")
    pick(browser, "label", "autonomy")
    assert shown(browser)[0] == "Answers 1 to 20 of 20"
    pick(browser, "probe", "p2")
    assert shown(browser)[0] == "Answers 1 to 5 of 5"
    field = browser.find_element("id", "f-text")
    field.send_keys("ONERROR='window")
    browser.execute_async_script("setTimeout(arguments[0], 400)")
    assert shown(browser)[0] == "Answers 1 to 1 of 1"
    assert browser.find_element("css selector", "#list mark").text == "onerror='window"
    field.send_keys("(((")
    browser.execute_async_script("setTimeout(arguments[0], 400)")
    assert shown(browser) == ("No answer fits these filters.", [])
    browser.find_element("css selector", "#filters [type=reset]").click()
    browser.execute_async_script("setTimeout(arguments[0], 100)")
    assert shown(browser)[0] == f"Answers 1 to 50 of {total}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_text_is_legible_and_nothing_runs_off_the_screen(
    browser: Any, width: int, scheme: str
) -> None:
    opened(browser, width, scheme)
    wide = browser.execute_script("return document.documentElement.scrollWidth")
    assert wide <= width
    ratio = browser.execute_script(
        """const light = (name) => {
             const hex = getComputedStyle(document.documentElement).getPropertyValue(name).trim();
             const [r, g, b] = [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16) / 255)
               .map((c) => c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
             return 0.2126 * r + 0.7152 * g + 0.0722 * b;
           };
           const pairs = [["--ink", "--paper"], ["--muted", "--paper"], ["--muted", "--wash"],
             ["--accent", "--paper"], ["--warn", "--paper"], ["--ink", "--warn-wash"],
             ["--ink", "--mark"]];
           return Math.min(...pairs.map(([a, b]) => {
             const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
             return (high + 0.05) / (low + 0.05);
           }));"""
    )
    assert ratio >= 4.5  # WCAG AA
    drawn = browser.execute_script(
        "return [...document.images].map((i) => [i.complete && i.naturalWidth > 0, i.currentSrc])"
    )
    assert all(loaded for loaded, _ in drawn) and len(drawn) == 4
    backdrop = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert (backdrop == "rgb(255, 255, 255)") == (scheme == "light")


def test_every_control_table_and_picture_has_a_name(browser: Any) -> None:
    opened(browser)
    nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    roles = {"combobox", "searchbox", "button", "image", "table", "region", "link"}
    unnamed = [
        node["role"]["value"]
        for node in nodes
        if not node["ignored"] and node.get("role", {}).get("value") in roles
        and not node.get("name", {}).get("value")
    ]  # fmt: skip
    assert unnamed == []
    assert any(node.get("role", {}).get("value") == "searchbox" for node in nodes)
    live = browser.find_element("id", "count")
    assert live.get_attribute("aria-live") == "polite"


def test_the_first_tab_stop_skips_to_the_results(browser: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    opened(browser)
    browser.find_element("tag name", "body").send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("href").endswith("#main")
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    assert browser.switch_to.active_element.get_attribute("id") == "main"
