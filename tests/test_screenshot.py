"""The picture of a report: real, small, and refused where there is nothing to take."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image
from report_run import make_run

from data.errors import UserError
from eval import screenshot
from eval.report import write_report

needs_browser = pytest.mark.skipif(
    not (shutil.which("chromium") and shutil.which("chromedriver")),
    reason="needs Debian's chromium and chromium-driver on the PATH",
)


def taken(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "eval/screenshot.py", *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_browser
def test_the_top_of_a_report_becomes_a_png_of_the_size_asked_for(tmp_path: Path) -> None:
    make_run(tmp_path)
    write_report(tmp_path)
    output = tmp_path / "docs" / "top.png"
    done = taken(str(tmp_path), "--output", str(output), "--width", "900", "--height", "700")
    assert done.returncode == 0, done.stderr
    assert output.stat().st_size <= screenshot.MOST_BYTES
    with Image.open(output) as image:
        assert image.size == (900, 700)
        colours = image.convert("RGB").getcolors(1 << 20)
        assert colours is not None and max(colours)[1] == (255, 255, 255)  # light, mostly paper
        assert len(colours) > 20


def test_a_picture_too_large_loses_colours_and_not_its_size() -> None:
    import numpy as np

    noise = np.random.default_rng(1).integers(0, 256, (400, 700, 3), dtype=np.uint8)
    buffer = io.BytesIO()
    Image.fromarray(noise).save(buffer, "PNG")
    assert len(buffer.getvalue()) > 2 * screenshot.MOST_BYTES
    made = screenshot.small(buffer.getvalue())
    assert len(made) <= screenshot.MOST_BYTES
    with Image.open(io.BytesIO(made)) as image:
        assert image.size == (700, 400)
    large = np.random.default_rng(1).integers(0, 256, (1400, 1400, 3), dtype=np.uint8)
    Image.fromarray(large).save(buffer := io.BytesIO(), "PNG")
    with pytest.raises(UserError, match="smaller --height"):
        screenshot.small(buffer.getvalue())


def test_a_folder_without_a_report_is_named_in_one_line(tmp_path: Path) -> None:
    done = taken(str(tmp_path), "--output", str(tmp_path / "x.png"))
    assert done.returncode == 2 and "report.html is missing" in done.stderr
    assert len(done.stderr.splitlines()) == 1 and not (tmp_path / "x.png").exists()
