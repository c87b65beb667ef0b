"""Training pairs, probes, audit and mixing."""

from data.selection import select

__all__ = ["select"]
