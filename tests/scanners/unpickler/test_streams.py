"""All streams of a source, and what stands between them."""

from __future__ import annotations

import pytest

from scanners.formats import Malformed, Part
from scanners.formats.pickle import read
from scanners.limits import Budget, Limits
from scanners.sources import BytesSource
from tests.corpus.pickle_builder import SYSTEM, SYSTEM_4, put_words, short

_PLAIN = b"\x80\x02}q\x00."


def rules(stream: bytes) -> list[str]:
    """Return the rules that a stream breaks, in order."""
    part = Part(source=BytesSource(stream), name="model.pkl", budget=Budget(Limits()))
    found = []
    try:
        found += [getattr(fact, "rule", "embedded") for fact in read(part)]
    except Malformed:
        found.append("malformed")
    return found


def test_findings_come_before_the_error() -> None:
    """What ran before a break is reported although the stream is malformed."""
    part = Part(source=BytesSource(SYSTEM + b"\xff"), name="model.pkl", budget=Budget(Limits()))
    facts = read(part)
    assert getattr(next(facts), "rule", None) == "import-runs-code"
    with pytest.raises(Malformed) as caught:
        next(facts)
    assert caught.value.offset == len(SYSTEM)


def test_each_name_once() -> None:
    """A name that is imported a thousand times is one finding."""
    assert rules(SYSTEM * 1000 + b".") == ["import-runs-code"]


def test_streams_far_behind() -> None:
    """A stream behind megabytes of something else is found."""
    junk = b"\xff" * ((1 << 18) - 9)
    assert rules(_PLAIN + junk + b"\x80\x04" + SYSTEM_4 + b".") == ["bytes-after-stop", "import-runs-code"]


def test_zeros_are_padding() -> None:
    """Zeros fill up blocks, however many there are."""
    assert rules(_PLAIN + bytes(600_000)) == []
    assert rules(_PLAIN + bytes(600_000) + b"\x01") == ["bytes-after-stop"]


def test_memo_of_an_earlier_stream_in_a_run() -> None:
    """Names that the second stream takes from a run of the first."""
    first = b"\x80\x02" + put_words(2000, 0)[:-1] + b"X\x02\x00\x00\x00os" + b"r\xd1\x07\x00\x00" + b"e."
    second = b"\x80\x04j\xd1\x07\x00\x00" + short("system") + b"\x93)R."
    assert rules(first + second) == ["import-runs-code"]


def test_allowed_imports() -> None:
    """Names that the operator allows are no finding, under either spelling."""
    stream = b"\x80\x02cmine\nThing\n)R."
    part = Part(
        source=BytesSource(stream),
        name="model.pkl",
        budget=Budget(Limits()),
        allowed_imports=frozenset({"mine.Thing"}),
    )
    assert list(read(part)) == []
    assert rules(stream) == ["import-not-recognised"]
