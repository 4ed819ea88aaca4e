"""Configurations are read whole, both readings of a repeated key included, or refused."""

import json

import pytest

from scanners.formats import Malformed
from scanners.json_documents import walk
from scanners.keras.config import MAX_CONFIG_BYTES, parse
from scanners.limits import BudgetExceeded


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_every_encoding_that_python_reads(encoding: str) -> None:
    """Keras hands bytes to `json.loads`, which detects all of these."""
    assert parse('{"a": "é"}'.encode(encoding)).root == {"a": "é"}


def test_a_repeated_key_gives_both_readings() -> None:
    """The last value is Keras's, the first one that of other readers."""
    config = parse(b'{"a": {"class_name": "Lambda", "class_name": "Dense", "b": 1}}')
    assert config.root == {"a": {"class_name": "Dense", "b": 1}}
    assert config.shadowed == ({"class_name": "Lambda", "b": 1},)
    assert config.repeated == ("class_name",)


@pytest.mark.parametrize("text", [b"", b"{", b"[1,]", b"{'a': 1}", b"\xff", b"[" * 200_000, b"[" + b"9" * 5000 + b"]"])
def test_what_is_no_json_is_refused(text: bytes) -> None:
    """Only `Malformed` crosses the border, for nesting and for numbers that Python refuses too."""
    with pytest.raises(Malformed):
        parse(text)


def test_what_is_too_big_is_refused_before_it_is_parsed() -> None:
    """The size is a limit, not a fault of the file."""
    with pytest.raises(BudgetExceeded):
        parse(b" " * (MAX_CONFIG_BYTES + 1))


def test_a_place_is_shown_as_a_path() -> None:
    """Evidence names the place of an object in words that JSON tools take."""
    value = json.loads('{"layers": [{}, {"config": {"layer": {}}}]}')
    places = [str(place) for place, item in walk(value, "model_config") if isinstance(item, dict)]
    assert places == [
        "model_config",
        "model_config.layers[0]",
        "model_config.layers[1]",
        "model_config.layers[1].config",
        "model_config.layers[1].config.layer",
    ]


def test_walking_needs_no_recursion() -> None:
    """Nesting is bounded by what JSON can be read, not by the walk."""
    value: object = "x"
    for _ in range(50_000):
        value = [value]
    assert [item for _, item in walk(value)] == ["x"]
