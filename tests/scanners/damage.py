"""Files that were good, damaged: what a reader has to bear without an error of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import strategies as st

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PLACES = 60


@st.composite
def changed(draw: st.DrawFn, files: Sequence[bytes]) -> bytes:
    """One of the files, with some bytes replaced, cut out or doubled at up to four places."""
    damaged = bytearray(draw(st.sampled_from(files)))
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(damaged) - 1))
        end = draw(st.integers(start, min(len(damaged), start + 9)))
        damaged[start:end] = draw(st.binary(max_size=4) | st.just(bytes(damaged[start:end]) * 2))
        damaged = damaged or bytearray(b"\0")
    return bytes(damaged)


def broken_off(file: bytes) -> Iterator[bytes]:
    """Yield beginnings of a file that end at places all over it, at every byte of a small one."""
    for end in range(0, len(file), 1 + len(file) // _PLACES):
        yield file[:end]
