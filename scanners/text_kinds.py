"""What kind of text a part is: a loader's, an interpreter's, or a reader's."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.archives.search import find, occurrences
from scanners.boosting.xgboost import MAX_JSON_BYTES
from scanners.directory.requirements import is_called_requirements
from scanners.formats import Format
from scanners.plain_text import beginning
from scanners.suffixes import SHELL_SUFFIXES, TEMPLATE_SUFFIXES, suffix
from scanners.tensorflow.text_shapes import text_message
from scanners.xml_kinds import xml_kind

if TYPE_CHECKING:
    from scanners.formats import Part
    from scanners.sources import Source

_YAML_NAMES = frozenset({"MLmodel"})
_YAML = (b"!!python/", b"tag:yaml.org,2002:python", b"_target_")
"""What makes a text worth reading as YAML that is not called so; each is searched by itself, which is fast."""
_TRITON = re.compile(rb"^[ \t]{0,20}(?:backend|platform|max_batch_size|instance_group)[ \t]{0,8}[:\[{]", re.MULTILINE)
_PATH_FILE = re.compile(rb"(?:\A|\A\xef\xbb\xbf|[\n\v\f\r\x1c-\x1e]|\xc2\x85|\xe2\x80[\xa8\xa9])import[ \t]")
"""A line that the interpreter runs; it ends lines as `str.splitlines` does."""
_LIGHTGBM = re.compile(rb"tree\r?\nversion=v")
_XGBOOST = re.compile(rb'\s*\{\s*"(?:learner|version)"')
_BOOSTER = b'"gradient_booster"'
_BY_KEY = ((b'"nbformat"', Format.NOTEBOOK), (b'"itemInfoEntries"', Format.COREML_MANIFEST))
"""Keys of objects that stand in documents of one kind only."""
_PADDLE = re.compile(rb'\s*\{\s*"base_code"\s*:\s*\{[^{}]{0,200}"magic"\s*:\s*"pir"')
_ONNX = re.compile(rb'\s*(?:\{\s*"irVersion"\s*:|ir_version\s*:\s*[0-9]|<\s*ir_version\s*:\s*[0-9])')
"""ONNX as JSON, in protobuf's text format, and in its own language; each begins with the version as writers put it."""
_MXNET = re.compile(rb'\s*\{\s*"nodes"\s*:\s*\[')


def text_kinds(part: Part, source: Source, head: bytes) -> tuple[Format, ...]:
    """Return what acts on a text, nothing for a text that only people read; one JSON document may be two loaders'."""
    kind = _program(part, head) or _by_name(part.name, source)
    return _documents(source, beginning(source, head), part.name) if kind is None else (kind,)


def _program(part: Part, head: bytes) -> Format | None:
    """Return the language of a text that runs."""
    if part.declared is Format.TORCHSCRIPT:
        return Format.TORCHSCRIPT
    if suffix(part.name) in (".py", ".pyw"):
        return Format.PYTHON_SOURCE
    if suffix(part.name) in TEMPLATE_SUFFIXES:
        return Format.JINJA_TEMPLATE
    if head.startswith((b"#!", b"\xef\xbb\xbf#!")) or suffix(part.name) in SHELL_SUFFIXES:
        return Format.SCRIPT
    return None


def _by_name(name: str, source: Source) -> Format | None:
    """Return the format of a text whose loader goes by its name, and by its suffix."""
    ending = suffix(name)
    if ending in (".yaml", ".yml") or name in _YAML_NAMES:
        return Format.YAML_CONFIG
    if is_called_requirements(name):
        return Format.REQUIREMENTS
    if ending == ".pth" and _holds(source, _PATH_FILE):
        return Format.PYTHON_PATH_FILE
    if ending == ".pbtxt" and text_message(source) is None and (name == "config.pbtxt" or _holds(source, _TRITON)):
        return Format.TRITON_CONFIG
    return None


def _documents(source: Source, head: bytes, name: str) -> tuple[Format, ...]:
    """Return what a text is by its content; a configuration stays one, whatever other keys it has."""
    from scanners.directory.json_shapes import is_config  # imported here, since most files are no text

    kind = _by_key(source, head) or _model(source, head)
    config = (Format.MODEL_CONFIG,) if is_config(source, head, name) else ()
    if kind is None and not config:
        kind = _marked_up(source, head)
    return config if kind is None else (kind, *config)


def _by_key(source: Source, head: bytes) -> Format | None:
    """Return the format of an object that a single key tells."""
    from scanners.directory.json_shapes import is_object

    kinds = _BY_KEY if is_object(head) else ()
    return next((format_ for word, format_ in kinds if find(source, word, 0, source.size) is not None), None)


def _marked_up(source: Source, head: bytes) -> Format | None:
    told = any(find(source, words, 0, source.size) is not None for words in _YAML)
    return Format.YAML_CONFIG if told and _is_yaml(source) else xml_kind(source, head)


def _model(source: Source, head: bytes) -> Format | None:
    """Return the format of a model that is written as text."""
    if _PADDLE.match(head):
        return Format.PADDLE_JSON
    if _MXNET.match(head) and find(source, b'"mxnet_version"', 0, source.size) is not None:
        return Format.MXNET
    if _ONNX.match(head):
        return Format.ONNX_TEXT
    if _LIGHTGBM.match(head):
        return Format.LIGHTGBM
    if _XGBOOST.match(head) and source.size <= MAX_JSON_BYTES and find(source, _BOOSTER, 0, source.size) is not None:
        return Format.XGBOOST_JSON
    return None


def _is_yaml(source: Source) -> bool:
    """Say whether a text that is not called so is YAML to its end; too long a one is, so that its reader says so."""
    from scanners.yaml_events import MAX_YAML_BYTES, parse

    return source.size > MAX_YAML_BYTES or parse(source.read(0, source.size))[1] is None


def _holds(source: Source, pattern: re.Pattern[bytes]) -> bool:
    return next(occurrences(source, pattern, 0, source.size), None) is not None
