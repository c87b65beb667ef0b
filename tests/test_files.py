"""Writing whole files or nothing, and digests."""

import hashlib
import json
import subprocess
import sys

import pytest

from data import files
from data.errors import UserError


def test_a_full_disk_leaves_the_old_file_and_no_partial_one(tmp_path):
    path = tmp_path / "kept.json"
    path.write_text("old")
    script = (
        "import resource, signal, sys; from pathlib import Path; from data import files, errors\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "sys.exit(errors.run(lambda: files.write_text(Path(sys.argv[1]), 'x' * 5000)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "kept.json" in done.stderr
    assert path.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["kept.json"]


def test_json_survives_a_round_trip_with_any_text(tmp_path):
    content = {"text": "</script> \u202e 🙂", "numbers": [1, 0.5, None]}
    files.write_json(tmp_path / "a" / "b.json", content)
    assert files.read_json(tmp_path / "a" / "b.json") == content


@pytest.mark.parametrize("text", ["{", "", '{"a": 1} x'])
def test_damaged_json_is_a_user_error_with_its_line(tmp_path, text):
    (tmp_path / "x.json").write_text(text)
    with pytest.raises(UserError, match=r"x\.json:1"):
        files.read_json(tmp_path / "x.json")


def test_digests_are_those_of_hashlib(tmp_path):
    (tmp_path / "x").write_bytes(b"abc")
    assert files.sha256_file(tmp_path / "x") == hashlib.sha256(b"abc").hexdigest()
    canonical = json.dumps({"a": 1, "b": 2}, separators=(",", ":")).encode()
    assert files.sha256_json({"b": 2, "a": 1}) == hashlib.sha256(canonical).hexdigest()


def test_provenance_names_the_installed_versions_and_the_commit():
    import torch

    found = files.provenance()
    assert found["versions"]["torch"] == torch.__version__
    assert {"transformers", "trl", "peft"} <= set(found["versions"])
    assert found["git_commit"] is None or len(found["git_commit"]) == 40


def test_a_parent_that_is_a_file_is_a_user_error(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot be written"):
        files.write_text(tmp_path / "file" / "x.json", "text")
