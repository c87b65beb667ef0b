"""The model hub: a model's files into its cache, and what its refusals mean."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from data.errors import UserError
from train import model_folder

# Weights in safetensors and what a tokenizer and a config are made of; nothing from subfolders.
_WANTED = ["*.safetensors", "*.json", "*.jinja", "*.model", "*.tiktoken", "*.txt"]
_UNWANTED = ["*/*", "consolidated*"]


def snapshot(name: str, revision: str | None, trust_remote_code: bool) -> Path:
    """Return the folder of a model in the cache, after downloading what is missing there.

    Raises UserError if it cannot be had.
    """
    from huggingface_hub import snapshot_download

    code = ["*.py"] if trust_remote_code else []
    with explained(f"base model {name}", name, revision):
        folder = snapshot_download(
            name,
            revision=revision,
            allow_patterns=[*_WANTED, *code],
            ignore_patterns=_UNWANTED,
        )
    return Path(folder)


def cached(name: str, revision: str | None) -> Path | None:
    """Return the folder of a model in the cache, which need not be complete, or None."""
    from huggingface_hub import try_to_load_from_cache
    from huggingface_hub.errors import HFValidationError

    try:
        config = try_to_load_from_cache(name, "config.json", revision=revision)
    except HFValidationError:
        return None
    return Path(config).parent if isinstance(config, str) else None


@contextlib.contextmanager
def explained(subject: str, name: str, revision: str | None = None) -> Iterator[None]:
    """Raise UserError, beginning with `subject`, for whatever the hub or the network refuses."""
    import httpx2

    try:
        yield
    except (OSError, ValueError, httpx2.HTTPError) as error:
        reason = trouble(error, name, revision)
        if reason is None:
            raise
        raise UserError(f"{subject}: {reason}") from error


def trouble(error: Exception, name: str, revision: str | None = None) -> str | None:
    """Return what an error of the hub's client means and what to do, or None if it is no such."""
    import httpx2
    from huggingface_hub import constants, errors, get_token

    if on_disk := model_folder.disk_trouble(error):
        return f"the hub's cache cannot be written ({on_disk})"
    page = f"{constants.ENDPOINT}/{name}"
    token = "the account of HF_TOKEN" if get_token() else "an account, and set its HF_TOKEN"
    status = error.response.status_code if isinstance(error, errors.HfHubHTTPError) else None
    may = "HF_TOKEN holds none that may do this" if get_token() else "HF_TOKEN is not set"
    # From the special to the general: the first that fits is said.
    known: list[tuple[type[BaseException], str]] = [
        (
            errors.HFValidationError,
            "is no folder here and no valid id of the hub; check the spelling",
        ),
        (errors.GatedRepoError, f"is gated; accept its terms at {page} with {token}, then rerun"),
        (
            errors.RepositoryNotFoundError,
            "there is no such folder, and no such model on the hub; check the spelling, or if it "
            "is private set HF_TOKEN to a token that may read it",
        ),
        (errors.RevisionNotFoundError, f"has no revision '{revision}' on the hub; check it"),
        (
            errors.HfHubHTTPError,
            f"the hub refuses (status {status}) and {may}; set it to a token that may"
            if status in (401, 403)
            else f"the hub answered with status {status}; try again later",
        ),
        (errors.IncompleteSnapshotError, "the hub's cache holds only a part of it; rerun online"),
        (errors.OfflineModeIsEnabled, "HF_HUB_OFFLINE is set; unset it"),
        (
            errors.LocalEntryNotFoundError,
            "there is no such folder, HF_HUB_OFFLINE is set, and the hub's cache does not hold it; "
            "unset it, or give a local folder"
            if constants.is_offline_mode()
            else f"there is no such folder, the hub's cache does not hold it, and {page} cannot be "
            "reached; check the network, or give a local folder",
        ),
        (httpx2.HTTPError, f"{page} cannot be reached ({error}); check the network, then rerun"),
    ]
    return next((text for kind, text in known if isinstance(error, kind)), None)
