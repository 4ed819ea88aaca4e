"""Pages change nothing about what is read."""

from hypothesis import given
from hypothesis import strategies as st

from scanners.pages import PagedSource
from scanners.sources import BytesSource

DATA = bytes(index * 7 % 251 for index in range(300_000))


class Counting(BytesSource):
    """Counts the bytes that are asked for."""

    asked = 0

    def read(self, offset: int, length: int) -> bytes:
        """Read, and count."""
        Counting.asked += length
        return super().read(offset, length)


@given(st.lists(st.tuples(st.integers(0, 310_000), st.integers(0, 200_000)), max_size=20), st.integers(1, 4))
def test_every_read_gives_the_same_bytes(reads: list[tuple[int, int]], kept: int) -> None:
    """Within a page, across pages, past the end, with any number of pages kept."""
    paged = PagedSource(BytesSource(DATA), kept)
    assert paged.size == len(DATA)
    for offset, length in reads:
        assert paged.read(offset, length) == DATA[offset : offset + length]


def test_small_reads_cost_one_page() -> None:
    """A thousand reads close together ask for little more than they return."""
    Counting.asked = 0
    paged = PagedSource(Counting(DATA), 2)
    for offset in range(0, 100_000, 100):
        paged.read(offset, 50)
    assert Counting.asked == 2 << 16
