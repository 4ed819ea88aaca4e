"""MessagePack: any value is walked to the byte where the reference reader ends, and honest arrays say nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.cursor import Cursor
from scanners.engine import examine
from scanners.formats import Malformed
from scanners.msgpack import Walker
from scanners.sources import BytesSource

LEAVES = (
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text() | st.binary()
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=20) | st.dictionaries(st.text(max_size=5), inner, max_size=20),
    max_leaves=20,
)


def library() -> Any:
    return pytest.importorskip("msgpack", reason="the reference library is not installed: pip install msgpack")


def end_of(data: bytes) -> int | None:
    """Return where the first value ends, None where there is none."""
    walker = Walker(Cursor(BytesSource(data)))
    try:
        walker.skip(walker.next())
    except Malformed:
        return None
    return walker.cursor.position


def reference_end_of(data: bytes) -> int | None:
    unpacker = library().Unpacker(raw=True, strict_map_key=False, max_buffer_size=0)
    unpacker.feed(data)
    try:
        unpacker.skip()
    except (library().OutOfData, library().FormatError, library().StackError):
        return None
    return int(unpacker.tell())


@settings(deadline=None, max_examples=300)
@given(VALUES, st.binary(max_size=4))
def test_values_end_where_they_do(value: object, behind: bytes) -> None:
    """What the reference writer packs is walked exactly, whatever follows."""
    data = library().packb(value)
    assert end_of(data + behind) == len(data)


@settings(deadline=None, max_examples=500)
@given(st.binary(max_size=60) | st.tuples(VALUES, st.integers(0, 40), st.binary(max_size=3)))
def test_any_bytes_end_where_the_reference_says(made: bytes | tuple[object, int, bytes]) -> None:
    """Random bytes and damaged values: both find a value that ends at the same byte, or both find none."""
    data = made
    if isinstance(made, tuple):
        data = bytearray(library().packb(made[0]))
        data[made[1] : made[1] + len(made[2])] = made[2]
    assert end_of(bytes(data)) == reference_end_of(bytes(data))


@pytest.mark.parametrize("kind", ["float32", "float16", "int64", "bool", "uint8", "complex64"])
def test_arrays_of_the_reference_writer_say_nothing(kind: str) -> None:
    """Parameters as Flax packs them: an array is its shape, its type's name and its bytes."""
    numpy = pytest.importorskip("numpy")

    def pack(array: Any) -> Any:
        return library().ExtType(
            1, library().packb((array.shape, array.dtype.name, array.tobytes()), use_bin_type=True)
        )

    tree = {"params": {f"layer_{n}": {"kernel": numpy.ones((n, 70), dtype=kind)} for n in range(5)}, "step": 1000}
    report = examine(BytesSource(library().packb(tree, default=pack)), "checkpoint_1000")
    assert (report.formats, report.findings, report.gaps) == (("flax-msgpack",), (), ())
