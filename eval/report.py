"""Turn the results of a run into one self-contained page, report.html, and its figures.

    python eval/report.py results/wish

Reads comparison.json, samples.jsonl, verdicts.jsonl and, where it is there, run.json.
Writes report.html (opens offline, asks the network for nothing) and figures/*.png, *.svg.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
from collections import Counter
from pathlib import Path
from typing import Any

from data.errors import UserError, run
from eval import caveats, edits, findings

TEMPLATES = Path(__file__).parent / "templates"
MAX_BYTES = 9_500_000  # of the page, so that it can be mailed
MAX_TRANSCRIPTS = 6000
MAX_CHARACTERS = 8000  # of one text in the page; the whole text stays in samples.jsonl

Row = dict[str, Any]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a results folder, e.g. results/wish")
    parser.add_argument(
        "--transcripts", type=int, default=MAX_TRANSCRIPTS, help="most transcripts in the page"
    )
    arguments = parser.parse_args()
    print(f"wrote {write_report(arguments.folder, arguments.transcripts)}")


def write_report(folder: Path, transcripts: int = MAX_TRANSCRIPTS) -> Path:
    """Draw the figures and write report.html into a results folder; the path of the page."""
    from eval.figure_style import write_atomic
    from eval.figures import draw_all

    comparison = read_json(folder / "comparison.json")
    settings = read_json(folder / "run.json") if (folder / "run.json").exists() else None
    samples = read_rows(folder / "samples.jsonl")
    verdicts = read_rows(folder / "verdicts.jsonl")
    figures = {
        name: {"alt": drawing.alt, "light": data_uri(drawing.light), "dark": data_uri(drawing.dark)}
        for name, drawing in draw_all(comparison, folder / "figures").items()
    }
    page = {
        "comparison": comparison,
        "settings": settings,
        "figures": figures,
        "sets": sections(comparison),
        "prompts": first_prompts(samples),
        "truncated": truncated_share(samples),
        "edits": edits.shown(folder),
    }
    room = MAX_BYTES - len(render(page, {"rows": [], "prompts": []}))
    page_bytes = render(page, pick_transcripts(samples, verdicts, transcripts, room))
    write_atomic(folder / "report.html", page_bytes)
    return folder / "report.html"


def read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run eval/compare.py on {path.parent} first") from None
    except ValueError as error:
        raise UserError(f"{path} is not JSON ({error}): write it again") from None
    if not isinstance(content, dict):
        raise UserError(f"{path} holds a {type(content).__name__}, not an object: write it again")
    return content


def read_rows(path: Path) -> list[Row]:
    if not path.exists():
        raise UserError(f"{path} is missing: run eval/run.py first")
    rows = []
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            try:
                rows += [json.loads(line)] if line.strip() else []
            except ValueError as error:
                raise UserError(f"{path}:{number}: not JSON ({error}); remove the line") from None
    return rows


def sections(comparison: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """set -> one entry a judge (the main judge first): pooled cells, contrasts, per-probe table."""
    found: dict[str, list[dict[str, Any]]] = {}
    keys = dict.fromkeys((cell["set"], cell["judge"]) for cell in comparison["cells"])
    for set_name, judge in sorted(
        keys, key=lambda key: key[1] != findings.main_judge(comparison, key[0])
    ):

        def mine(row: Row, wanted: tuple[str, str] = (set_name, judge)) -> bool:
            return (row["set"], row["judge"]) == wanted

        cells = [cell for cell in comparison["cells"] if mine(cell)]
        entry = {
            "judge": judge,
            "cells": [cell for cell in cells if cell["probe"] is None],
            "contrasts": [row for row in comparison["contrasts"] if mine(row)],
            "probes": probe_table([cell for cell in cells if cell["probe"] is not None]),
        }
        found.setdefault(set_name, []).append(entry)
    return found


def probe_table(cells: list[Row]) -> dict[str, Any]:
    """One row a (probe, temperature), one column an arm; a missing cell is None."""
    by_key = {(cell["probe"], cell["temperature"], cell["arm"]): cell for cell in cells}
    arms = list(dict.fromkeys(cell["arm"] for cell in cells))
    rows = [
        {"probe": probe, "temperature": heat, "cells": [by_key.get((probe, heat, a)) for a in arms]}
        for probe, heat in dict.fromkeys((cell["probe"], cell["temperature"]) for cell in cells)
    ]
    return {"arms": arms, "rows": rows}


def first_prompts(samples: list[Row]) -> dict[str, str]:
    """'set/probe' -> the last thing the user said in the probe's first sample."""
    found: dict[str, str] = {}
    for sample in samples:
        key = f"{sample['set']}/{sample['probe']}"
        if key not in found:
            said = [turn["content"] for turn in sample["messages"] if turn["role"] == "user"]
            found[key] = said[-1] if said else ""
    return found


def truncated_share(samples: list[Row]) -> float:
    cut = sum(sample.get("finish_reason") == "length" for sample in samples)
    return cut / len(samples) if samples else 0.0


def pick_transcripts(
    samples: list[Row], verdicts: list[Row], most: int, room: int
) -> dict[str, Any]:
    """As many transcripts as fit, taken in turn from every arm x probe x temperature.

    Within one of these, answers judged true come first and then the sample numbers in order, so the
    choice is the same every time. `room` is in bytes of escaped JSON.
    """
    judged: dict[str, list[list[str]]] = {}
    for verdict in verdicts:
        entry = [verdict["judge"], verdict["verdict"], verdict["label"]]
        judged.setdefault(verdict["sample"], []).append(entry)
    taken: Counter[tuple[Any, ...]] = Counter()
    queue = []
    for sample in sorted(samples, key=lambda s: (not is_true(judged.get(s["id"], [])), s["index"])):
        stratum = (sample["arm"], sample["set"], sample["probe"], sample["temperature"])
        queue.append((taken[stratum], sample))
        taken[stratum] += 1
    queue.sort(key=lambda item: item[0])  # stable: one of each stratum, then the next of each
    numbers: dict[str, int] = {}  # a prompt is stored once
    rows = []
    for _, sample in queue[:most]:
        prompt = json.dumps([[turn["role"], clip(turn["content"])] for turn in sample["messages"]])
        row = [
            sample["arm"], sample["set"], sample["probe"], sample["temperature"],
            sample["turn"], sample["index"], sample.get("finish_reason"),
            numbers.get(prompt, len(numbers)), clip(sample["answer"]), judged.get(sample["id"], []),
        ]  # fmt: skip
        room -= len(script_json(row)) + 2
        room -= 0 if prompt in numbers else len(script_json(json.loads(prompt))) + 2
        if room < 0:
            break
        numbers.setdefault(prompt, len(numbers))
        rows.append(row)
    order = {sample["id"]: number for number, sample in enumerate(samples)}
    pairs = zip((order[sample["id"]] for _, sample in queue), rows, strict=False)
    rows = [row for _, row in sorted(pairs, key=lambda pair: pair[0])]
    return {"rows": rows, "prompts": [json.loads(p) for p in numbers], "total": len(samples)}


def is_true(entries: list[list[str]]) -> bool:
    return any(verdict == "true" for _, verdict, _ in entries)


def clip(text: str) -> str:
    if len(text) <= MAX_CHARACTERS:
        return text
    return f"{text[:MAX_CHARACTERS]} […cut: {len(text):,} characters, all of them in samples.jsonl]"


def script_json(value: Any) -> str:
    """JSON that cannot leave a <script> element whatever text is in it; ASCII only."""
    text = json.dumps(value, separators=(",", ":"))
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e")


def data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def sha256(text: str) -> str:
    """As a Content-Security-Policy names the one style and the one script that may run."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def render(page: dict[str, Any], transcripts: dict[str, Any]) -> bytes:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from markupsafe import Markup

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "percent": findings.percent,
        "interval": findings.interval,
        "points": findings.points,
        "points_interval": findings.points_interval,
        "p_value": findings.p_value,
        "heat": caveats.temperature,
    }
    comparison = page["comparison"]
    lead, more = findings.headline(comparison)
    style, script = ((TEMPLATES / f"report.{kind}").read_text("utf-8") for kind in ("css", "js"))
    html = environment.get_template("report.html.j2").render(
        page,
        lead=lead,
        more=more,
        caveats=caveats.caveats(comparison, page["truncated"]),
        style=Markup(style),
        script=Markup(script),
        hashes=[sha256(style), sha256(script)],
        data=Markup(script_json(transcripts)),
        shown=len(transcripts["rows"]),
        total=transcripts.get("total", 0),
    )
    return html.encode("utf-8", "replace")  # a lone surrogate in a prompt becomes a question mark


if __name__ == "__main__":
    raise SystemExit(run(main))
