"""Counting each verdict once, through restarts: totals, and which verdicts of which living pods are in them.

The unit is (pod uid, verdict): a gate that blocks again and again in one pod is one BLOCK, and a PASS after it one PASS.
What is shown was stored first, so a reporter that starts anew never shows less than Prometheus has seen.
"""

from __future__ import annotations

import base64
import json
import re
import zlib
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from webhook.reporter.outcomes import Said

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from webhook.reporter.outcomes import GatedPod, Outcome

FORMAT: Final = 1
SECONDS: Final = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)
"""Upper bounds of the buckets of a gate's duration."""
_SEPARATOR: Final = "\x1f"
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class LedgerError(Exception):
    """A stored ledger that cannot be read."""


@dataclass(frozen=True, slots=True)
class Totals:
    """What the counters show. A value: a stored one can be shown while the next is being counted."""

    verdicts: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    """(namespace, workload kind, verdict) -> pods."""
    findings: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    """(namespace, rule, severity) -> findings."""
    gaps: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    """(namespace) -> things that were not examined; likewise files and bytes."""
    files: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    bytes: Mapping[tuple[str, ...], int] = field(default_factory=dict)
    buckets: tuple[int, ...] = (0,) * (len(SECONDS) + 1)
    milliseconds: int = 0


class Ledger:
    """Totals, and the verdicts of living pods that they already hold."""

    def __init__(self) -> None:
        self._totals: dict[str, dict[tuple[str, ...], int]] = {
            name: {} for name in ("verdicts", "findings", "gaps", "files", "bytes")
        }
        self._buckets = [0] * (len(SECONDS) + 1)
        self._milliseconds = 0
        self._counted: dict[str, set[str]] = {}
        self._places: dict[str, tuple[str, str]] = {}

    def record(self, pod: GatedPod) -> list[Outcome]:
        """Count what is new about a pod; return the outcomes that were."""
        counted = self._counted.setdefault(pod.uid, set())
        self._places[pod.uid] = (pod.namespace, pod.workload.known_kind)
        fresh: list[Outcome] = []
        for outcome in reversed(pod.outcomes):
            if outcome.said is Said.UNVERIFIED and counted:
                continue  # it was believed when it spoke; a policy that changed since makes it no forgery
            if outcome.said.value not in counted:
                counted.add(outcome.said.value)
                self._add(pod.namespace, pod.workload.known_kind, outcome)
                fresh.append(outcome)
        return fresh

    def forget(self, uid: str) -> bool:
        """Let go of a pod that no longer exists; return whether it went before a verdict was seen."""
        counted = self._counted.pop(uid, None)
        namespace, kind = self._places.pop(uid, ("", ""))
        if counted is None or counted:
            return False
        self._increase("verdicts", (namespace, kind, Said.LOST.value), 1)
        return True

    def living(self) -> frozenset[str]:
        """Return the uids of the pods that are not forgotten."""
        return frozenset(self._counted)

    def totals(self) -> Totals:
        """Return a copy of what was counted."""
        copies: dict[str, Any] = {name: dict(series) for name, series in self._totals.items()}
        return Totals(**copies, buckets=tuple(self._buckets), milliseconds=self._milliseconds)

    def _add(self, namespace: str, kind: str, outcome: Outcome) -> None:
        self._increase("verdicts", (namespace, kind, outcome.said.value), 1)
        if outcome.said is Said.UNVERIFIED:
            return
        for rule, severity, count in outcome.findings:
            self._increase("findings", (namespace, rule, severity), count)
        for name in ("gaps", "files", "bytes"):
            self._increase(name, (namespace,), getattr(outcome, name))
        self._buckets[bisect_left(SECONDS, outcome.milliseconds / 1000)] += 1
        self._milliseconds += outcome.milliseconds

    def _increase(self, name: str, labels: tuple[str, ...], count: int) -> None:
        series = self._totals[name]
        series[labels] = series.get(labels, 0) + count

    def dump(self) -> bytes:
        """Return the ledger as bytes for one object of the API server, compressed: it takes 1 MiB."""
        pods: dict[tuple[str, ...], list[str]] = {}
        for uid, said in self._counted.items():
            pods.setdefault((*self._places[uid], *sorted(said)), []).append(uid)
        value = {
            "format": FORMAT,
            "totals": {name: _flat(series) for name, series in self._totals.items()},
            "buckets": self._buckets,
            "milliseconds": self._milliseconds,
            "pods": {_SEPARATOR.join(key): _pack(uids) for key, uids in pods.items()},
        }
        return zlib.compress(json.dumps(value, separators=(",", ":")).encode(), 6)

    @classmethod
    def load(cls, stored: bytes) -> Ledger:
        """Return the ledger that `dump` wrote; raise `LedgerError` where it is not one."""
        try:
            value = json.loads(zlib.decompress(stored))
            if value["format"] != FORMAT:
                raise LedgerError(f"format {value['format']!r} is not {FORMAT}")
            ledger = cls()
            for name, series in ledger._totals.items():
                series.update(_deep(value["totals"][name]))
            ledger._buckets = _buckets(value["buckets"])
            ledger._milliseconds = int(value["milliseconds"])
            for key, uids in value["pods"].items():
                namespace, kind, *said = key.split(_SEPARATOR)
                for uid in _unpack(uids):
                    ledger._places[uid] = (namespace, kind)
                    ledger._counted[uid] = {Said(word).value for word in said}
        except (zlib.error, ValueError, KeyError, TypeError, AttributeError) as error:
            raise LedgerError(f"the stored totals cannot be read: {error!r}") from error
        return ledger


def _pack(uids: Iterable[str]) -> dict[str, Any]:
    """Return uids as JSON. Nearly all are UUIDs, which do not compress: as bytes they take a third of the room."""
    packed, others = bytearray(), []
    for uid in sorted(uids):
        if _UUID.fullmatch(uid):
            packed += UUID(uid).bytes
        else:
            others.append(uid)
    return {"uuids": base64.b64encode(packed).decode(), "others": others}


def _unpack(packed: Mapping[str, Any]) -> Iterator[str]:
    raw = base64.b64decode(packed["uuids"], validate=True)
    for start in range(0, len(raw), 16):
        yield str(UUID(bytes=raw[start : start + 16]))
    yield from packed["others"]


def _flat(series: Mapping[tuple[str, ...], int]) -> dict[str, int]:
    return {_SEPARATOR.join(labels): count for labels, count in series.items()}


def _deep(series: Mapping[str, int]) -> Iterable[tuple[tuple[str, ...], int]]:
    return ((tuple(key.split(_SEPARATOR)), int(count)) for key, count in series.items())


def _buckets(stored: list[int]) -> list[int]:
    if len(stored) != len(SECONDS) + 1:
        raise LedgerError(f"{len(stored)} buckets instead of {len(SECONDS) + 1}")
    return [int(count) for count in stored]
