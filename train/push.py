"""Pushes a finished run to the hub: weights, tokenizer, manifest and model card, nothing else.

    HF_TOKEN=… python train/push.py checkpoints/smollm2-135m-conscious --repository me/conscious

Reads the folder of a run and a token (HF_TOKEN, or a login of the hub's own client); makes one
commit in a model repository, which is created if it is not there. Checkpoints with their optimizer
states, training_args.bin and merged weights stay here.
"""

from __future__ import annotations

import argparse
from fnmatch import fnmatch
from pathlib import Path

from data.errors import UserError, run
from train import hub

PUSHED = (
    *("adapter_model.safetensors", "adapter_config.json"),
    *("model*.safetensors", "model.safetensors.index.json"),
    *("config.json", "generation_config.json"),
    *("tokenizer.json", "tokenizer_config.json", "tokenizer.model", "special_tokens_map.json"),
    *("added_tokens.json", "vocab.json", "vocab.txt", "merges.txt", "chat_template.jinja"),
    *("manifest.json", "README.md"),
)
NEEDED = ("manifest.json", "README.md")


def files(folder: Path) -> list[str]:
    """Return the names of the files that are pushed. Raises UserError for an unfinished run."""
    names = sorted(path.name for path in folder.glob("*") if path.is_file())
    for name in NEEDED:
        if name not in names:
            raise UserError(f"{folder}: {name} is missing; push a finished run")
    return [name for name in names if any(fnmatch(name, pattern) for pattern in PUSHED)]


def open_repository(name: str, private: bool | None = None) -> str:
    """Create a model repository if it is not there, and return its id with the owner.

    Called before training, it tells in time that a push would fail. Raises UserError if the token
    may not write there, or if the hub cannot be reached.
    """
    from huggingface_hub import HfApi

    with hub.explained(f"push to {name}", name):
        return str(HfApi().create_repo(name, private=private, exist_ok=True).repo_id)


def push(folder: Path, repository: str, revision: str | None = None) -> str:
    """Push the files of a finished run in one commit, and return its URL.

    Raises UserError if the hub refuses, or if one of the files holds the token.
    """
    from huggingface_hub import HfApi, get_token

    names = files(folder)
    token = (get_token() or "").encode()
    for name in names:
        if token and not name.endswith(".safetensors") and token in (folder / name).read_bytes():
            raise UserError(f"{folder / name}: holds the token of the hub; remove it, then push")
    with hub.explained(f"push to {repository}", repository, revision):
        commit = HfApi().upload_folder(
            repo_id=repository,
            folder_path=folder,
            allow_patterns=names,
            revision=revision,
            commit_message=f"Add {folder.name}",
        )
    return str(commit.commit_url)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("folder", type=Path, help="checkpoints/<run>")
    parser.add_argument("--repository", required=True, help="owner/name on the hub")
    parser.add_argument("--revision", help="branch (default: main)")
    parser.add_argument("--public", action="store_true", help="create it public, not private")
    arguments = parser.parse_args()
    files(arguments.folder)
    repository = open_repository(arguments.repository, private=not arguments.public)
    print(f"pushed: {push(arguments.folder, repository, arguments.revision)}")


if __name__ == "__main__":
    raise SystemExit(run(main))
