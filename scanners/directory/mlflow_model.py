"""
MLflow's `MLmodel` file: which module loads the model, and which code it brings.

Read in: mlflow 3.17 `pyfunc/__init__.py` (`load_model` puts `code` on the path and imports `loader_module`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.directory.imported import judge_imported
from scanners.directory.paths import judge_path
from scanners.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.yaml_events import Node

_OWN = re.compile(r"mlflow(?:\.[a-z_0-9]+)+\Z")
_CODE = ("code", "model_code_path")
_PATHS = ("code", "conda_env", "data", "model_data", "pickled_model", "python_model")
"""`model_code_path` is not among them: MLflow keeps the author's own path there and takes only its last component."""
_SHOWN = 200


def judge_mlmodel(root: Node, allowed: frozenset[str]) -> Iterator[Finding]:
    """Yield what loading the model runs; nothing where a document is no `MLmodel`."""
    flavors = root.get("flavors")
    for name, flavor in flavors.pairs if flavors is not None else ():
        yield from _flavor(name.text or "", flavor, allowed)


def _flavor(name: str, flavor: Node, allowed: frozenset[str]) -> Iterator[Finding]:
    loader = flavor.get("loader_module")
    if loader is not None and loader.text and not _OWN.match(loader.text) and loader.text not in allowed:
        yield from _loader(loader.text, f"{name}.loader_module", allowed)
    for key in _CODE:
        code = flavor.get(key)
        if code is not None and code.text and code.text not in ("null", "~"):
            yield _named(code.text, f"{name}.{key}")
    for key in _PATHS:
        path = flavor.get(key)
        yield from judge_path(path.text if path is not None else None, f"{name}.{key}")
    for file in _environments(flavor):
        yield from judge_path(file, f"{name}.env")


def environments(root: Node) -> Iterator[str]:
    """Yield the paths of the files that say what MLflow installs before it loads a model."""
    flavors = root.get("flavors")
    for _, flavor in flavors.pairs if flavors is not None else ():
        yield from _environments(flavor)


def _environments(flavor: Node) -> Iterator[str]:
    """Yield a flavor's environment: one for each manager, or one for conda as MLflow before 2.0 wrote it."""
    environment = flavor.get("env")
    files = () if environment is None else (environment, *(file for _, file in environment.pairs))
    yield from (file.text for file in files if file.text and file.text not in ("null", "~"))


def _loader(module: str, where: str, allowed: frozenset[str]) -> Iterator[Finding]:
    finding = judge_imported(module, where, allowed)
    dangerous = finding is not None and finding.rule == "config-import-dangerous"
    yield finding if finding is not None and dangerous else _named(module, where)


def _named(what: str, where: str) -> Finding:
    return Finding(rule="server-code", evidence=f"{where} names {what[:_SHOWN]}", name=what[:_SHOWN])
