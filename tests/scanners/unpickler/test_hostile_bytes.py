"""Any bytes yield facts, or raise `Malformed` or `BudgetExceeded`; nothing else crosses the border."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.formats import Format, Malformed, Part, torch_legacy
from scanners.formats import pickle as pickle_format
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.sources import BytesSource
from scanners.unpickler import looks_like_pickle
from tests.corpus.pickles import SAMPLES
from tests.fuzz.grammar import Grammar, mutate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanners.findings import Embedded, Finding, Gap

    Reader = Callable[[Part], Iterator[Finding | Gap | Embedded]]

_READERS: tuple[Reader, ...] = (pickle_format.read, torch_legacy.read)
_SHORT = {name: build() for name, build in SAMPLES.items() if len(build()) < 1000}
_OPCODES = st.binary(max_size=60) | st.lists(
    st.sampled_from(list(b"().0128BCFGIJKLMNPQRSTUVX]abcdeghijlopqrstu}\x80\x81\x85\x86\x87\x8c\x93\x94\x95\n01os")),
    max_size=60,
).map(bytes)


def survive(data: bytes, reader: Reader = pickle_format.read) -> None:
    """Read some bytes; fail on any error but ours."""
    part = Part(source=BytesSource(data), name="model.pkl", budget=Budget(Limits()), container=Format.TORCH_ZIP)
    try:
        for fact in reader(part):
            assert fact.member is not None
    except (Malformed, BudgetExceeded):
        pass
    looks_like_pickle(BytesSource(data), named=False)


@settings(deadline=None, max_examples=400)
@given(_OPCODES)
def test_any_bytes(data: bytes) -> None:
    """Random opcodes and random bytes."""
    for reader in _READERS:
        survive(data, reader)


@settings(deadline=None, max_examples=100)
@given(st.randoms(use_true_random=False))
def test_mutated_streams(random) -> None:
    """Streams of the grammar, broken."""
    survive(mutate(random, Grammar(random).make()))


@pytest.mark.parametrize("name", _SHORT)
def test_truncated(name: str) -> None:
    """Every sample, cut anywhere."""
    data = _SHORT[name]
    for end in range(0, len(data), 1 + len(data) // 80):
        survive(data[:end])


@pytest.mark.parametrize("name", _SHORT)
def test_junk_behind(name: str) -> None:
    """Every sample, with junk behind it."""
    for junk in (b"\x00", b"\xff\xfe", b"cos\nsystem\n", b"\x80\x04", b"."):
        survive(_SHORT[name] + junk)


@pytest.mark.parametrize("opcode", range(256))
def test_single_opcodes(opcode: int) -> None:
    """Every opcode alone, with something on the stack, and with big arguments behind it."""
    for before in (b"", b"N", b"(N", b"ca\nb\n", b"\x80\x04ca\nb\n)"):
        for behind in (b"", b".", b"\xff" * 9, b"\x00" * 9 + b".", b"1\n2\n."):
            survive(before + bytes((opcode,)) + behind)
