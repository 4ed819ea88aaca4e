"""The judgement of a TensorFlow op, or of a public TensorFlow function, by its name."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import NamedTuple

from scanners.tensorflow.dangerous import DANGEROUS, FAMILIES


class OpJudgement(NamedTuple):
    """Which rule an op breaks, and what it does."""

    rule: str
    reason: str


NOT_RECOGNISED = OpJudgement("tensorflow-op-not-recognised", "is registered by no release of TensorFlow known here")


@cache
def known_ops() -> frozenset[str]:
    """Return the names in the shipped op table; its first line names the release."""
    return _table("ops.txt")


def judge_op(op: str) -> OpJudgement | None:
    """Judge an op; None where it only computes, or where its inputs decide (`scanners.tensorflow.paths`)."""
    for rule, table in DANGEROUS.items():
        if reason := table.get(op):
            return OpJudgement(rule, reason)
    for prefix, rule, reason in FAMILIES:
        if op.startswith(prefix):
            return OpJudgement(rule, reason)
    return None if op in known_ops() else NOT_RECOGNISED


def is_computation(function: str) -> bool:
    """Say whether `tf.<function>` is a public function that only computes on tensors."""
    return function in _table("functions.txt")


@cache
def _table(name: str) -> frozenset[str]:
    lines = files(__package__).joinpath(name).read_text("ascii").splitlines()
    return frozenset(line for line in lines if not line.startswith("#"))
