"""Configurations are told from other JSON by the keys that loaders act on."""

import json

import pytest

from scanners.directory.huggingface import KEYS
from scanners.directory.json_shapes import MAX_CONFIG_BYTES, is_config
from scanners.sources import BytesSource


def told(text: bytes) -> bool:
    return is_config(BytesSource(text), text[:4096])


@pytest.mark.parametrize("key", sorted(KEYS))
def test_every_key_tells(key: str) -> None:
    """Wherever it stands, and however its letters are spelt; the map of an index where a path leads out."""
    value = {"weight": "../x"} if key == "weight_map" else "x"
    assert told(json.dumps({"a": [{key: value}]}).encode())
    assert told(json.dumps({key: value}, indent=1).encode("utf-16"))
    assert told(json.dumps({key: value}).replace(key[1:], f"\\u{ord(key[1]):04x}{key[2:]}", 1).encode())


@pytest.mark.parametrize("before", range((1 << 20) - 24, (1 << 20) + 2, 5))
def test_a_key_on_the_border_of_two_windows_tells(before: int) -> None:
    """Long texts are searched piece by piece."""
    assert told(b'{"a": "' + b"x" * before + b'", "auto_map": "y"}')


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"{}",
        b'{"a": "auto_map"}',
        b'{"auto_maps": 1}',
        b'"auto_map"',
        b'{"auto_map": ',
        b'{"auto_map": 1}\n{"auto_map": 2}',
        b"# auto_map",
        b'{"weight_map": {"a": "model-1.safetensors"}}',
        b'[{"type": "x"}]',
        b'[{"type": "x", "name": "y"}]',
    ],
)
def test_other_text_does_not(text: bytes) -> None:
    """What no loader takes for a configuration, or acts on."""
    assert not told(text)


def test_what_is_too_long_or_too_deep_counts() -> None:
    """Its reader says that it was not examined."""
    assert told(b'{"auto_map": "' + b"x" * MAX_CONFIG_BYTES + b'"}')
    assert told(b'{"auto_map": ' + b"[" * 100_000)


def test_names_that_loaders_read_by() -> None:
    """A pipeline asked for by its class reads nothing else of its index; a list of modules may be as long as it likes."""
    index = json.dumps({"unet": ["my_project", "Net"]}).encode()
    assert is_config(BytesSource(index), index, "model_index.json")
    assert not told(index)
    modules = json.dumps([{"name": "x" * (1 << 20), "type": "my_project.Net", "path": ""}]).encode()
    assert is_config(BytesSource(modules), modules[:4096], "modules.json")
    assert not is_config(BytesSource(b'[["a", "b"]]'), b'[["a", "b"]]', "modules.json")
