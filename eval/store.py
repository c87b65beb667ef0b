"""samples.jsonl and verdicts.jsonl: append-only, a row is on disk before it counts."""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from data.errors import UserError

Row = dict[str, Any]


def read(path: Path) -> Iterator[Row]:
    """Yield the rows of a JSONL file; nothing if there is none. Raises UserError on a bad row."""
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, start=1):
            yield parse(path, number, line)


def parse(path: Path, number: int, line: str) -> Row:
    """Return the row on one line of a file. Raises UserError if it is none."""
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise UserError(
            f"{path}:{number}: is not a JSON row; delete that line and rerun"
        ) from error


class Chunk(NamedTuple):
    """Whole lines of a file: the number of the first, from 1, and where they stand, in bytes."""

    first: int
    start: int
    size: int

    def read(self, path: Path) -> str:
        """Return the lines."""
        with path.open("rb") as stream:
            stream.seek(self.start)
            return stream.read(self.size).decode()


def chunks(path: Path, size: int) -> Iterator[Chunk]:
    """Yield the lines of a file in chunks of `size` bytes and the rest of their last line."""
    first, start = 1, 0
    with path.open("rb") as stream:
        while block := stream.read(size) + stream.readline():
            yield Chunk(first, start, len(block))
            first += block.count(b"\n")
            start += len(block)


class Appender:
    """Appends rows for one process at a time; drops a last line that a killed writer left half
    done.

    Raises UserError if another process writes the same file, or if the disk is full.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        # Unbuffered: what a full disk refuses must not linger to be refused again at close.
        self._stream = path.open("a+b", buffering=0)
        try:
            fcntl.flock(self._stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._stream.close()
            raise UserError(f"{path}: another process is writing it; wait for it to end") from error
        self._drop_partial_line()

    def _drop_partial_line(self) -> None:
        size = self._stream.seek(0, os.SEEK_END)
        keep = size
        while keep and not self._ends_line(keep):
            keep -= 1
        if keep < size:
            self._stream.truncate(keep)

    def _ends_line(self, end: int) -> bool:
        self._stream.seek(end - 1)
        return self._stream.read(1) == b"\n"

    def append(self, row: Row) -> None:
        """Write one row and push it to disk."""
        # A lone surrogate becomes \udXXX, which in JSON is its escape.
        line = (json.dumps(row, ensure_ascii=False) + "\n").encode(errors="backslashreplace")
        end = self._stream.seek(0, os.SEEK_END)
        try:
            self._write_all(line)
            os.fdatasync(self._stream.fileno())
        except OSError as error:
            os.truncate(self.path, end)
            raise UserError(
                f"{self.path}: cannot be written ({error.strerror}); the rows before are safe: "
                "free space and run the same command again"
            ) from error

    def _write_all(self, data: bytes) -> None:
        while data:
            data = data[self._stream.write(data) :]

    def __enter__(self) -> Appender:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stream.close()
