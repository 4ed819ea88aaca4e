"""safetensors: honest files say nothing, and every byte is accounted for."""

from __future__ import annotations

import json
import struct

from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.engine import examine
from scanners.findings import Examined
from scanners.sources import BytesSource

NAMES = st.lists(st.text(max_size=12).filter(lambda name: name != "__metadata__"), unique=True, max_size=6)


def saved(names: list[str], counts: list[int], metadata: dict[str, str]) -> bytes:
    header: dict[str, object] = {"__metadata__": metadata} if metadata else {}
    position = 0
    for name, count in zip(names, counts, strict=False):
        header[name] = {"dtype": "F16", "shape": [count], "data_offsets": [position, position + 2 * count]}
        position += 2 * count
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    return struct.pack("<Q", len(text)) + text + bytes(position)


@settings(deadline=None)
@given(
    NAMES,
    st.lists(st.integers(0, 50), min_size=6, max_size=6),
    st.dictionaries(st.text(max_size=8), st.text(max_size=8)),
)
def test_honest_files_say_nothing(names: list[str], counts: list[int], metadata: dict[str, str]) -> None:
    """What the reference writer would write is examined fully and has no finding."""
    report = examine(BytesSource(saved(names, counts, metadata)), "model.safetensors")
    assert (report.findings, report.gaps, report.formats) == ((), (), ("safetensors",))


@settings(deadline=None)
@given(st.integers(0, 200), st.binary(max_size=8))
def test_any_change_is_seen_or_harmless(where: int, piece: bytes) -> None:
    """No edit of the header makes the reader fail; what cannot be read is a gap."""
    data = bytearray(saved(["a", "b"], [4, 4], {"format": "pt"}))
    at = where % (len(data) + 1)
    data[at : at + len(piece)] = piece
    report = examine(BytesSource(bytes(data)), "model.safetensors")
    assert not any(gap.reason == "internal-error" for gap in report.gaps)


def test_bytes_are_accounted_for() -> None:
    """One byte more or less than the tensors need is a finding."""
    data = saved(["a"], [4], {})
    assert examine(BytesSource(data + b"\0"), "m.safetensors").findings
    assert examine(BytesSource(data[:-1]), "m.safetensors").findings
    assert examine(BytesSource(data[:20]), "m.safetensors").examined is not Examined.FULLY
