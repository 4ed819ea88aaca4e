"""Configurations of models are told from other JSON by their outermost object."""

import json

import pytest

from scanners.keras.shapes import is_config
from scanners.sources import BytesSource
from tests.corpus.keras_builder import sequential


def recognised(data: bytes) -> bool:
    """Say whether the bytes are taken for a configuration."""
    return is_config(BytesSource(data), data[:4096])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_a_model_is_recognised_in_every_encoding(encoding: str) -> None:
    """What `json.loads` reads, a loader reads."""
    assert recognised(json.dumps(sequential()).encode(encoding))


@pytest.mark.parametrize("letter", "class_name")
def test_a_model_is_recognised_with_any_letter_escaped(letter: str) -> None:
    """JSON escapes do not hide the key."""
    escaped = "class_name".replace(letter, f"\\u{ord(letter):04x}")
    assert recognised(json.dumps(sequential()).replace('"class_name"', f'"{escaped}"').encode())


def test_a_model_is_recognised_behind_a_long_preface() -> None:
    """Keys in front of the class do not hide it."""
    assert recognised(json.dumps({"notes": "x" * (3 << 20), **sequential()}).encode())


def test_a_model_inside_of_a_converters_file_is_recognised() -> None:
    """TensorFlow.js keeps the architecture one or two objects further in."""
    inner = {"modelTopology": {"keras_version": "2.15.0", "model_config": sequential()}}
    assert recognised(json.dumps(inner).encode())
    assert recognised(json.dumps({"modelTopology": sequential()}).encode())


@pytest.mark.parametrize(
    "text",
    [
        '{"model_type": "llama"}',
        '[{"class_name": "Dense", "config": {}}]',
        '{"class_name": "cat"}',
        "{broken class_name",
    ],
)
def test_other_json_is_not(text: str) -> None:
    """Configurations of other libraries stay inert text."""
    assert not recognised(text.encode())
