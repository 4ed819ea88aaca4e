"""
What a YAML document makes a loader build, import or install.

Tags: PyYAML (yaml/constructor.py). `_target_`: Hydra and NeMo (https://hydra.cc/docs/advanced/instantiate_objects/overview/).
`target` and `class_path`: latent diffusion's `instantiate_from_config` and LightningCLI. Tags with a name in them: HyperPyYAML,
by which SpeechBrain reads its models (hyperpyyaml/core.py).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from scanners.directory.imported import judge_imported
from scanners.directory.requirements import further_file, judge_requirement
from scanners.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

    from scanners.yaml_events import Documents, Node

_STANDARD = "tag:yaml.org,2002:"
_KNOWN = frozenset(
    {
        *(
            "binary",
            "bool",
            "float",
            "int",
            "map",
            "merge",
            "null",
            "omap",
            "pairs",
            "seq",
            "set",
            "str",
            "timestamp",
            "value",
        ),
        *("python/bool", "python/bytes", "python/complex", "python/dict", "python/float", "python/int", "python/list"),
        *("python/long", "python/none", "python/str", "python/tuple", "python/unicode"),
    }
)
_OBJECT = re.compile(r"python/(?:name|module|object(?:/apply|/new)?):(.*)\Z", re.DOTALL)
_CALLED = re.compile(r"!(?:apply|applyref|module|name|new):(.*)\Z", re.DOTALL)
"""HyperPyYAML's tags; models name classes of any library in them, so that only what is dangerous counts."""
_BUILDERS = frozenset({"class_path", "target"})
"""Keys that other builders read; many files have them for other reasons, so that only what is dangerous counts."""
_INSTALLED = frozenset({"build_dependencies", "dependencies", "pip"})
_SHOWN = 200


def judge_nodes(documents: Documents, allowed: frozenset[str]) -> Iterator[Finding]:
    """Yield what is wrong with the tags and keys of a stream, wherever they stand."""
    for node in documents.nodes:
        if node.tag is not None:
            yield from _tag(node, allowed)
        for key, value in node.pairs:
            yield from _pair(key.text, value, allowed)
        yield from _channels(node)


def named_files(documents: Documents) -> Iterator[str]:
    """Yield the paths of the files that the environments of a stream have pip read."""
    for node in documents.nodes:
        for key, value in node.pairs:
            paths = (further_file(item.text or "") for item in value.items) if key.text in _INSTALLED else ()
            yield from (path for path in paths if path is not None)


def _tag(node: Node, allowed: frozenset[str]) -> Iterator[Finding]:
    tag = node.tag or ""
    kind = tag.removeprefix(_STANDARD)
    if tag == "!" or (tag.startswith(_STANDARD) and kind in _KNOWN):
        return
    match = _OBJECT.match(kind) if tag.startswith(_STANDARD) else None
    if match is None:
        yield _called(tag, node.line, allowed) or Finding(
            rule="yaml-tag-not-known", evidence=f"line {node.line}: {tag[:_SHOWN]}", name=tag[:_SHOWN]
        )
        return
    name = match.group(1)
    where = f"line {node.line}: a tag that has PyYAML import and call it"
    yield judge_imported(name, where, allowed) or Finding(rule="yaml-object", evidence=where, name=name[:_SHOWN])


def _called(tag: str, line: int, allowed: frozenset[str]) -> Finding | None:
    """Judge a tag of HyperPyYAML's; None for one that calls nothing dangerous, and for any other tag."""
    match = _CALLED.match(tag)
    finding = judge_imported(match[1], f"line {line}: a tag that has HyperPyYAML import it", allowed) if match else None
    return finding if finding is not None and finding.rule == "config-import-dangerous" else None


def _pair(key: str | None, value: Node, allowed: frozenset[str]) -> Iterator[Finding]:
    if key == "_target_" and value.text:
        finding = judge_imported(value.text, f"line {value.line}: _target_", allowed)
        yield from (finding,) if finding is not None else ()
    elif key in _BUILDERS and value.text and "." in value.text:
        finding = judge_imported(value.text, f"line {value.line}: {key}", allowed)
        yield from (finding,) if finding is not None and finding.rule == "config-import-dangerous" else ()
    elif key in _INSTALLED:
        for item in value.items:
            yield from judge_requirement(item.text or "", f"line {item.line}")


def _channels(node: Node) -> Iterator[Finding]:
    """Yield the addresses among the channels of a conda environment."""
    channels = node.get("channels") if node.pairs and node.get("dependencies") is not None else None
    for item in channels.items if channels is not None else ():
        if item.text and "://" in item.text:
            yield from judge_requirement(f"--index-url {item.text}", f"line {item.line}: channel")
