"""Arguments on lines: what either of CPython's unpicklers takes, the parsers take."""

from __future__ import annotations

import _pickle
import pickle
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from scanners.unpickler import literals

if TYPE_CHECKING:
    from collections.abc import Callable

_LINES = st.one_of(
    st.text("0123456789abcdefxXoOlLbB_+-. \t\x00'\"\\\n", max_size=12).map(
        lambda text: text.encode().replace(b"\n", b"")
    ),
    st.binary(max_size=12).map(lambda data: data.replace(b"\n", b"")),
)


def _real(stream: bytes) -> list[Any]:
    """Return what the C and the Python unpickler make of a stream, where they make something."""
    found = []
    for load in (_pickle.loads, pickle._loads):
        try:
            found.append(load(stream, encoding="latin-1"))
        except Exception:  # noqa: BLE001 - any error is a refusal
            continue
    return found


def _ours(parse: Callable[[bytes], Any], line: bytes) -> list[Any]:
    try:
        return [parse(line)]
    except ValueError:
        return []


@given(_LINES)
@example(b"017")
@example(b"0x1F")
@example(b"5\x00junk")
@example(b"\x00")
@example(b"9" * 5000)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_int(line: bytes) -> None:
    """INT: one of the real values, wherever there is one."""
    real = _real(b"I" + line + b"\n.")
    assert not real or _ours(literals.parse_int, line)[0] in real


@given(_LINES)
@example(b"0b1L")
@example(b"12")
@example(b"0x1FL")
def test_long(line: bytes) -> None:
    """LONG: the real value."""
    real = _real(b"L" + line + b"\n.")
    assert not real or _ours(literals.parse_long, line)[0] in real


@given(_LINES)
@example(b"1_0.5")
@example(b"nan")
@example(b"1.5\x00x")
def test_float(line: bytes) -> None:
    """FLOAT: taken wherever one of the real ones takes it."""
    real = _real(b"F" + line + b"\n.")
    assert not real or _ours(literals.parse_float, line)


@given(_LINES, st.sampled_from([b"'", b'"', b""]))
@example(rb"\x6fs\163\n\q", b"'")
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_string(body: bytes, quote: bytes) -> None:
    """STRING: the real text, escapes included."""
    line = quote + body + quote
    real = _real(b"S" + line + b"\n.")
    assert not real or _ours(literals.parse_string, line)[0] in real


@given(_LINES)
@example(b" +0_7 ")
@example(b"3\x00")
def test_index(line: bytes) -> None:
    """GET: an index that one of the real ones finds in the memo is found."""
    stream = b"".join(b"N" + b"q%c" % index + b"0" for index in range(20))
    if _real(stream + b"g" + line + b"\n."):
        assert _ours(literals.parse_index, line)[0] in range(20)


def test_digits_past_the_limit_of_int() -> None:
    """Older releases convert them, so they are numbers."""
    assert literals.parse_int(b"9" * 5000) == literals.HUGE
    with pytest.raises(ValueError, match="invalid literal"):
        literals.parse_int(b"x" * 5000)
