"""Turn the results of a run into one self-contained page, report.html, and its figures.

    python eval/report.py results/wish

Reads comparison.json, samples.jsonl, verdicts.jsonl and, where they are there, run.json,
edits.jsonl and the manifest.json beside each adapter. Writes report.html (opens offline, asks the
network for nothing), figures/*.png and *.svg, and transcripts.parquet (every answer with its
verdicts; the page holds as many as fit).
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
from pathlib import Path
from typing import Any

from data.errors import UserError, run
from eval import caveats, edits, findings, report_tables
from eval.report_answers import Answers, pick, read, script_json

TEMPLATES = Path(__file__).parent / "templates"
MAX_BYTES = 9_500_000  # of the page, so that it can be mailed
MAX_TRANSCRIPTS = 6000
AGAIN = "run eval/compare.py again"

COMPARISON_KEYS = {
    "run", "config", "denominator", "kinds", "definitions", "cells", "contrasts", "power",
    "calibration", "published", "profile", "provenance",
}  # fmt: skip
ROW_KEYS = {
    "cells": {
        "arm", "set", "probe", "temperature", "judge", "filter", "n", "true", "false", "not_sure",
        "incoherent", "missing", "rate", "wilson", "labels", "cluster_interval", "cluster_note",
        "icc", "design_effect", "effective_n", "seeds", "hierarchical_bootstrap", "corrected",
    },
    "contrasts": {
        "treated", "baseline", "set", "temperature", "judge", "n_probes", "treated_true",
        "treated_n", "baseline_true", "baseline_n", "difference", "newcombe", "fisher_p",
        "barnard_p", "cluster_interval", "permutation", "bh_p", "holm_p", "family",
    },
    "definitions": {"name", "judge", "filter", "words"},
    "power": {"set", "treated", "baseline", "temperature", "prompts", "samples", "icc",
              "baseline_rate", "detectable", "power", "alpha"},
    "published": {"name", "rate", "n", "assumed_n", "beside", "pooled"},
    "judges": {"n", "agree", "precision", "recall", "kappa", "confusion"},
}  # fmt: skip

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

    page, answers = contents(folder)
    drawings = draw_all(page["comparison"], folder / "figures", page["trainings"])
    page["figures"] = {
        name: {"alt": drawing.alt, "light": data_uri(drawing.light), "dark": data_uri(drawing.dark)}
        for name, drawing in drawings.items()
    }
    room = MAX_BYTES - len(render(page, {"rows": [], "prompts": []}))
    page_bytes = render(page, pick(answers, transcripts, room))
    write_atomic(folder / "report.html", page_bytes)
    return folder / "report.html"


def contents(folder: Path) -> tuple[Row, Answers]:
    """What the page is made of, but for its figures; writes transcripts.parquet."""
    from eval.report_training import trainings

    comparison = read_comparison(folder / "comparison.json")
    settings = read_json(folder / "run.json") if (folder / "run.json").exists() else None
    answers = read(folder)
    page = {
        "comparison": comparison,
        "settings": settings,
        "figures": {},
        "prompts": answers.prompts,
        "truncated": answers.truncated,
        "trainings": trainings(comparison),
        "rubrics": answers.judged.rubrics,
        "edits": edits.shown(folder),
    }
    return page, answers


def read_json(path: Path) -> Row:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"{path} is missing: run eval/compare.py on {path.parent} first") from None
    except ValueError as error:
        raise UserError(f"{path} is not JSON ({error}): write it again") from None
    if not isinstance(content, dict):
        raise UserError(f"{path} holds a {type(content).__name__}, not an object: write it again")
    return content


def read_comparison(path: Path) -> Row:
    """What compare.py wrote; UserError where it is of another version than this report."""
    comparison = read_json(path)
    lacking = sorted(COMPARISON_KEYS - comparison.keys())
    if lacking:
        raise UserError(f"{path} has no {', '.join(lacking)}: {AGAIN}")
    judges = (comparison["calibration"] or {"judges": {}})["judges"]
    for name, keys in ROW_KEYS.items():
        for row in judges.values() if name == "judges" else comparison[name]:
            lacking = sorted(keys - row.keys())
            if lacking:
                raise UserError(f"{path}: one of its {name} has no {', '.join(lacking)}: {AGAIN}")
    return comparison


def data_uri(svg: str) -> str:
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def sha256(text: str) -> str:
    """As a Content-Security-Policy names the one style and the one script that may run."""
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def render(page: Row, transcripts: Row) -> bytes:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError
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
        "count": findings.count,
        "heat": caveats.temperature,
        "side_by_side": report_tables.side_by_side,
    }
    style, script = ((TEMPLATES / f"report.{kind}").read_text("utf-8") for kind in ("css", "js"))
    template = environment.get_template("report.html.j2")
    try:
        html = template.render(
            page,
            **words(page),
            **tables(page["comparison"]),
            style=Markup(style),
            script=Markup(script),
            hashes=[sha256(style), sha256(script)],
            data=Markup(script_json(transcripts)),
            shown=len(transcripts["rows"]),
            total=transcripts.get("total", 0),
        )
    except UndefinedError as error:  # deeper in than what read_comparison looks at
        raise UserError(f"comparison.json is of another version ({error}): {AGAIN}") from error
    return html.encode("utf-8", "replace")  # a lone surrogate in a prompt becomes a question mark


def words(page: Row) -> Row:
    """What the page says in sentences."""
    from eval import report_headline, report_methods

    comparison, settings = page["comparison"], page["settings"]
    lead, more = report_headline.headline(comparison)
    return {
        "lead": lead,
        "more": more,
        "caveats": caveats.caveats(comparison, page["truncated"], page["trainings"]),
        "methods": report_methods.paragraphs(
            comparison, settings, page["trainings"], page["rubrics"]
        ),
        "citation": report_methods.citation(settings),
    }


def tables(comparison: Row) -> Row:
    return {
        "sets": report_tables.sections(comparison),
        "definitions": report_tables.definitions(comparison),
        "seeds": report_tables.seeds(comparison),
        "matrix": report_tables.matrix(comparison),
        "preferences": report_tables.preferences(comparison),
        "agreement": report_tables.agreement(comparison),
        "published": report_tables.published(comparison),
        "corrected": report_tables.corrected(comparison),
        "ablation": comparison.get("ablation"),
    }


if __name__ == "__main__":
    raise SystemExit(run(main))
