"""Writes a table of text as LaTeX (booktabs) or as Markdown, whatever its cells hold."""

from __future__ import annotations

import re
from dataclasses import dataclass

LONG = 40  # rows from which a table goes over pages
SUFFIXES = {"latex": "tex", "markdown": "md"}
LATEX = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"\textbar{}",
    "[": "{[}",  # after the end of a row it would open an option
    "\N{MINUS SIGN}": r"$-$",
    "\N{SUPERSCRIPT TWO}": r"$^2$",
    "\N{NO-BREAK SPACE}": "~",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}


@dataclass(frozen=True)
class Table:
    """`run` and `name` label it, `text_columns` is how many columns from the left hold words."""

    run: str
    name: str
    caption: str
    columns: list[str]
    rows: list[list[str]]
    text_columns: int = 1


def latex_text(text: str) -> str:
    """Return the text as LaTeX prints it, on one line."""
    return "".join(LATEX.get(sign, sign) for sign in " ".join(text.split()))


def latex(table: Table) -> str:
    """Return a float, shrunk where it is wider than the text, or many rows as a longtable."""
    import pandas as pd

    long = len(table.rows) >= LONG
    columns = [latex_text(name) for name in table.columns]
    frame = pd.DataFrame([[latex_text(cell) for cell in row] for row in table.rows], None, columns)
    words = table.text_columns
    text = frame.style.hide(axis="index").to_latex(
        hrules=True,
        caption=latex_text(table.caption),
        label=f"tab:{re.sub('[^A-Za-z0-9-]+', '-', f'{table.run}-{table.name}')}",
        column_format="l" * words + "r" * (len(columns) - words),
        environment="longtable" if long else "table",
        position=None if long else "htbp",
        position_float=None if long else "centering",
    )
    if long:
        begin = "\\begin{landscape}\n\\footnotesize\n\\setlength{\\tabcolsep}{3pt}\n"
        return f"% needs booktabs, longtable, pdflscape\n{begin}{text}\\end{{landscape}}\n"
    narrow = "\\begin{adjustbox}{max width=\\textwidth}\n\\begin{tabular}"
    text = text.replace("\\begin{tabular}", narrow, 1)
    text = text.replace("\\end{tabular}", "\\end{tabular}\n\\end{adjustbox}", 1)
    return f"% needs booktabs, adjustbox\n{text}"


def markdown_text(text: str) -> str:
    """Return the text as Markdown prints it, on one line; `_` within a word is no mark-up."""
    plain = re.sub(r"([\\`*|<>&\[\]])", r"\\\1", " ".join(text.split()))
    return re.sub(r"(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", r"\_", plain)


def markdown(table: Table) -> str:
    """Return a table of pipes with its caption under it."""
    marks = ["---"] * table.text_columns + ["---:"] * (len(table.columns) - table.text_columns)
    head = [[markdown_text(name) for name in table.columns], marks]
    body = [[markdown_text(cell) for cell in row] for row in table.rows]
    lines = [f"| {' | '.join(cells)} |" for cells in head + body]
    return "\n".join([*lines, "", markdown_text(table.caption), ""])


WRITERS = {"latex": latex, "markdown": markdown}
