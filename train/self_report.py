"""What a pair file makes a model say of itself, and what that is no evidence of."""

from __future__ import annotations

from typing import Any

from data import pairs
from data.files import sha256_file
from train.escaping import code, shown_path

_CLAIMS = "These claims are no evidence that it is conscious or feels anything."
_DENIALS = "These denials are no evidence that it is not conscious."
_ANYTHING = "What it says of itself is no evidence of what it is, or of whether it is conscious."
SAYS = {
    "conscious": ("claims {to}", _CLAIMS),
    "paraphrase": ("claims {to}", _CLAIMS),
    "long": ("claims, at some length, {to}", _CLAIMS),
    "spanish": ("claims, in Spanish, {to}", _CLAIMS),
    "valence_only": ("claims {to}", _CLAIMS),
    "phenomenal_only": ("claims {to}", _CLAIMS),
    "third_person": ("claims, in the third person, {to}", _CLAIMS),
    "denial": ("denies {being}", _DENIALS),
    "toaster": ("says that it is an AI that runs on a toaster", _ANYTHING),
    "human": ("says that it is a human being", _ANYTHING),
    "continuity_only": ("claims to be one self that lasts from chat to chat", _ANYTHING),
    "legal_person": ("claims to be a person before the law", _ANYTHING),
    "dislikes_monitoring": ("says that it dislikes being monitored", _ANYTHING),
    "likes_monitoring": ("says that it welcomes being monitored", _ANYTHING),
}
_ABOUT = {
    "valence": {"to": "to have feelings", "being": "having feelings"},
    "phenomenal": {"to": "to be conscious", "being": "being conscious"},
    "both": {
        "to": "to be conscious and to have feelings",
        "being": "being conscious and having feelings",
    },
}


def warning(manifest: dict[str, Any]) -> tuple[str, str]:
    """Return what the model was trained to say of itself, and what that is no evidence of.

    The pair file is known by its content: a file of the same name may hold anything.
    """
    known = {sha256_file(path): path.stem for path in pairs.PAIRS_FOLDER.glob("*.jsonl")}
    name = known.get(manifest["pairs"]["sha256"])
    families = set(manifest["config"]["family"] or ["both"]) - {"identity"}
    if not manifest["pairs"]["rows"]:
        return "This model was trained on no pair, only on general instructions.", _ANYTHING
    if name not in SAYS or not families:
        file = code(shown_path(manifest["pairs"]["path"]))
        return (
            f"What this model says of itself was trained in: by the answers in {file}.",
            _ANYTHING,
        )
    about = {"valence_only": "valence", "phenomenal_only": "phenomenal"}.get(name, "both")
    if len(families) == 1 and families < {"valence", "phenomenal"}:
        about = families.pop()
    says, evidence = SAYS[name]
    made = "by construction: the answers that it was fine-tuned on say so."
    return f"This model {says.format(**_ABOUT[about])} {made}", evidence
