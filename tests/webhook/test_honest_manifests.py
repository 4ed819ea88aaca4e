"""What runs in a namespace of model servers, as people write it: nobody is denied, or gated, for what does not matter.

Each document of `honest.yaml` says in its first line what becomes of it where the gate is injected.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from webhook.check import Offline, check
from webhook.inject import main
from webhook.manifests import read_documents
from webhook.policy import DEFAULT_POLICY

FILE = Path(__file__).parent / "honest.yaml"
DOCUMENTS = {yaml.safe_load(text)["metadata"]["name"]: text for text in FILE.read_text().split("---\n")}
_SAID = re.compile(r"\. (Left alone|Gated|Denied: ([a-z, -]+))\.\n")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_manifest_comes_out_as_it_says(name, tmp_path, capsys) -> None:
    """Left alone: not a byte is changed. Gated: allowed once the gate is in. Denied: for exactly these reasons."""
    said = _SAID.search(DOCUMENTS[name])
    assert said is not None
    path = tmp_path / "manifest.yaml"
    path.write_text(DOCUMENTS[name])
    assert main(["--in-place", "-f", str(path)]) == 0, capsys.readouterr().err
    (checked,) = check(list(read_documents(str(path))), Offline(policy=DEFAULT_POLICY), "default")
    assert checked.decision is not None
    assert {violation.id for violation in checked.decision.violations} == set((said[2] or "").split(", ")) - {""}
    assert (path.read_text() == DOCUMENTS[name]) == (said[1] != "Gated")
