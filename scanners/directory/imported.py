"""Names that a loader imports because a configuration says so, judged like the imports of a pickle."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

_DOTTED = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*\Z")
_SHOWN = 200
KNOWN_ROOTS = frozenset(
    {
        "accelerate",
        "diffusers",
        "fairseq",
        "flax",
        "hydra",
        "keras",
        "lightning",
        "megatron",
        "mlserver",
        "nemo",
        "omegaconf",
        "onnxruntime",
        "optimum",
        "peft",
        "pytorch_lightning",
        "sentence_transformers",
        "sklearn",
        "spacy",
        "speechbrain",
        "tensorflow",
        "timm",
        "tokenizers",
        "torch",
        "torchaudio",
        "torchmetrics",
        "torchvision",
        "transformers",
        "xgboost",
    }
)
"""Libraries of model servers whose classes configurations name all the time; what of them is dangerous is denied first."""


def judge_imported(name: str, where: str, allowed: AbstractSet[str] = frozenset()) -> Finding | None:
    """
    Judge a dotted name that a loader imports or calls; `where` says who names it.

    Returns None for what `allowed` lists or a known library offers and nothing denies.
    """
    from scanners.imports import Kind, judge  # heavy, and most configurations name nothing

    module, _, attribute = name.rpartition(".")
    if name in allowed:
        return None
    shown = name[:_SHOWN]
    if not _DOTTED.match(name):
        return Finding(rule="config-import-not-recognised", evidence=f"{where} is no dotted name: {shown}", name=shown)
    judgement = max(judge(module or name, attribute or name), judge(name, "*"), key=lambda judgement: judgement.kind)
    if judgement.kind >= Kind.REACHES_OUT:
        return Finding(rule="config-import-dangerous", evidence=f"{where}: {judgement.reason}", name=shown)
    if judgement.kind <= Kind.ARGUMENTS_MATTER or name.split(".", 1)[0] in KNOWN_ROOTS:
        return None
    evidence = f"{where}: {shown} is of no library known here"
    return Finding(rule="config-import-not-recognised", evidence=evidence, name=shown)
