"""Tests run offline, from the root of the checkout, with the embedded model prepared once."""

import os
from pathlib import Path

import pytest

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["TOKENIZERS_PARALLELISM"] = "false"


@pytest.fixture(autouse=True, scope="session")
def _from_the_root():
    os.chdir(Path(__file__).parent.parent)
