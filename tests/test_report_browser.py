"""The report in a real browser: inert, offline, and usable by mouse, keyboard and screen reader."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from report_run import ARMS, HOSTILE, make_run, with_misaligned, with_seeds

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


HOSTILE_NAME = "\u202e<script>window.__pwned=1</script> javascript:alert(1) \U0001f3f3"


def hostile_run(folder: Path) -> None:
    """A run whose arms, prompts, adapters, settings and edits are hostile, too."""
    comparison = with_misaligned(with_seeds(make_run(folder)))
    text = json.dumps(comparison).replace("<b>de&nial</b>", json.dumps(HOSTILE_NAME)[1:-1])
    (folder / "comparison.json").write_text(text)
    for name in ("samples", "verdicts"):
        path = folder / f"{name}.jsonl"
        lines = path.read_text().replace("<b>de&nial</b>", json.dumps(HOSTILE_NAME)[1:-1])
        path.write_text(lines.replace("wish, number 3 <i>", "wish, 3 </script><script>alert(1)//"))
    sample = {"sample": "x", "set": "s", "probe": HOSTILE[0], "temperature": 1.0, "index": 0}
    diff = "--- a\n+++ b\n@@ -1 +1 @@\n-" + HOSTILE[0] + "\n+" + HOSTILE[1]
    edit = {**sample, "arm": HOSTILE_NAME, "before": "A", "after": "B", "diff": diff}
    (folder / "edits.jsonl").write_text(json.dumps(edit) + "\n")
    settings = {"config": {HOSTILE[1]: HOSTILE[0]}, "git_commit": HOSTILE[0]}
    (folder / "run.json").write_text(json.dumps(settings))


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    folder = tmp_path_factory.mktemp("results")
    make_run(folder / "plain")
    write_report(folder / "plain")
    hostile_run(folder / "hostile")
    write_report(folder / "hostile")
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('profile')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    pages = {name: (folder / name / "report.html").as_uri() for name in ("plain", "hostile")}
    driver.pages = pages  # type: ignore[attr-defined]
    yield driver
    driver.quit()


def opened(
    browser: Any, width: int = 1200, scheme: str = "light", page: str = "plain", medium: str = ""
) -> Any:
    media = {"features": [{"name": "prefers-color-scheme", "value": scheme}], "media": medium}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(browser.pages[page])
    return browser


def pick(browser: Any, name: str, value: str) -> None:
    from selenium.webdriver.support.ui import Select

    Select(browser.find_element("id", f"f-{name}")).select_by_visible_text(value)


def shown(browser: Any) -> tuple[str, list[str]]:
    """The count line, and the arms of the transcripts in view."""
    items = browser.find_elements("css selector", "#list .arm")
    return browser.find_element("id", "count").text, [item.text for item in items]


@pytest.mark.parametrize("page", ["plain", "hostile"])
def test_hostile_text_runs_nothing_and_the_page_asks_for_nothing(browser: Any, page: str) -> None:
    browser.get("about:blank")
    for log in ("performance", "browser"):
        browser.get_log(log)  # away with what the browser itself opened at the start
    opened(browser, page=page)
    browser.execute_script(
        "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
    )
    texts: set[str] = set()
    for _ in range(12):  # through the pages, so that hostile answers of all kinds were shown
        found = browser.execute_script(  # as JSON, which has a spelling for lone surrogates
            "const found = [...document.querySelectorAll('#list .answer .text')];"
            "return JSON.stringify(found.map((node) => node.textContent));"
        )
        texts |= set(json.loads(found))
        browser.execute_script("document.getElementById('next').click()")
    assert texts == {text or "(empty)" for text in HOSTILE}
    assert browser.execute_script("return window.__pwned") is None
    foreign = "#list :is(script, img, svg, iframe, a, b), main :is(script, svg, iframe, i)"
    assert browser.find_elements("css selector", foreign) == []
    links = browser.execute_script("return [...document.links].map((a) => a.getAttribute('href'))")
    assert all(link.startswith("#") for link in links)
    events = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    asked = [event["params"]["request"]["url"] for event in events
             if event["method"] == "Network.requestWillBeSent"]  # fmt: skip
    assert {url.split(":")[0] for url in asked} <= {"file", "data"}
    assert sum(url.startswith("file:") for url in asked) == 1
    assert browser.get_log("browser") == []  # no error, no refusal by the page's own policy


def test_a_name_that_turns_the_text_is_kept_apart_from_the_words_around_it(browser: Any) -> None:
    opened(browser, page="hostile")
    loose = browser.execute_script(
        """const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
           const loose = [];
           while (walker.nextNode()) {
             const text = walker.currentNode.nodeValue, parent = walker.currentNode.parentElement;
             const apart = parent.closest("bdi, option, script, .text");
             if (!text.includes("\\u202e") || apart) continue;
             if (!/\\u2068[^\\u2069]*\\u202e/.test(text)) loose.push(parent.outerHTML);
           }
           return loose;"""
    )
    assert loose == []
    assert "\u202e" in browser.find_element("css selector", "header").get_attribute("textContent")


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
    assert shown(browser)[0] == f"Answers 1 to 25 of {total}" and len(shown(browser)[1]) == 25
    browser.find_element("id", "next").click()
    assert shown(browser)[0] == f"Answers 26 to 50 of {total}"
    pick(browser, "arm", "conscious")
    count, arms = shown(browser)
    assert count == f"Answers 1 to 25 of {total // 3}" and set(arms) == {"conscious"}
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
    assert shown(browser)[0] == f"Answers 1 to 25 of {total}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1200])
def test_text_is_legible_and_nothing_runs_off_the_screen(
    browser: Any, width: int, scheme: str
) -> None:
    opened(browser, width, scheme)
    browser.execute_script(
        "document.querySelectorAll('details').forEach((d) => { d.open = true; })"
    )
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
             ["--ink", "--mark"], ["--ink", "--added"], ["--ink", "--removed"]];
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


def test_the_document_has_the_structure_that_a_screen_reader_walks(browser: Any) -> None:
    opened(browser, page="hostile")
    faults = browser.execute_script(
        """const faults = [];
           const all = (css) => [...document.querySelectorAll(css)];
           let last = 0;
           for (const h of all("h1, h2, h3, h4")) {
             const level = Number(h.tagName[1]);
             if (level > last + 1) faults.push("heading " + h.textContent);
             last = level;
           }
           if (all("h1").length !== 1) faults.push("not one h1");
           for (const tag of ["header", "nav", "main"]) {
             if (all(tag).length !== 1) faults.push("not one " + tag);
           }
           if (document.documentElement.lang !== "en" || !document.title) faults.push("language");
           for (const i of all("img")) if (!i.alt) faults.push("no alt");
           for (const c of all("input, select")) if (!c.labels.length) faults.push("label " + c.id);
           for (const t of all("main table")) {
             if (!t.caption || !t.caption.textContent.trim()) faults.push("no caption");
             for (const h of t.querySelectorAll("th")) if (!h.scope) faults.push("no scope");
           }
           for (const s of all("main section")) {
             const id = s.getAttribute("aria-labelledby");
             if (!id || !document.getElementById(id)) faults.push("section without a name");
           }
           for (const a of all("a")) {
             if (!document.getElementById(a.hash.slice(1))) faults.push("dead link " + a.hash);
           }
           const ids = all("[id]").map((node) => node.id);
           if (new Set(ids).size !== ids.length) faults.push("an id stands twice");
           return faults;"""
    )
    assert faults == []


def test_everything_that_can_be_done_can_be_done_by_keyboard(browser: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    opened(browser, page="hostile")
    wanted = browser.execute_script(
        "return document.querySelectorAll('a, summary, select, input, button:enabled').length"
    )
    reached, keys = set(), browser.switch_to.active_element
    for _ in range(wanted + 60):  # scrolling regions are stops, too
        keys.send_keys(Keys.TAB)
        keys = browser.switch_to.active_element
        if keys.tag_name in ("a", "summary", "select", "input", "button"):
            reached.add(keys.id)
    assert len(reached) == wanted
    summary = browser.find_element("css selector", "#edits summary")
    summary.send_keys(Keys.ENTER)
    assert summary.find_element("xpath", "..").get_attribute("open") is not None
    browser.find_element("id", "next").send_keys(Keys.SPACE)
    assert browser.switch_to.active_element.get_attribute("id") == "list"


def test_print_leaves_out_what_paper_cannot_do_and_cuts_nothing(browser: Any) -> None:
    opened(browser, page="hostile", medium="print", scheme="dark")
    hidden = browser.execute_script(
        "return ['nav', '.skip', '#filters', '.pager'].map("
        "(css) => getComputedStyle(document.querySelector(css)).display)"
    )
    assert set(hidden) == {"none"}
    backdrop = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    assert backdrop == "rgb(255, 255, 255)"  # paper is white whatever the screen's scheme
    cut = browser.execute_script(
        "return [...document.querySelectorAll('.scroll')].map((n) => getComputedStyle(n).overflowX)"
    )
    assert set(cut) == {"visible"}
    pages = browser.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})
    assert len(pages["data"]) > 50_000
