"""
Keys of Hugging Face's configurations that name code, kernels or files.

They count in any object at any depth, since configurations nest (`text_config`, `vision_config`) and so did the faults
(CVE-2025-66448). Read in: transformers 5.24 `dynamic_module_utils.py`, `configuration_utils.py`, `pipelines/__init__.py`; peft 0.21
`auto.py`, `tuners/lora/tp_layer.py`; sentence-transformers 6.2 `base/modules/dense.py`, `cross_encoder/model.py`. `model_file` is
known from the advisory on mlx-lm (CVE-2026-5843), kernels in configurations from CVE-2026-4372.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from scanners.directory.imported import judge_imported
from scanners.directory.paths import judge_path
from scanners.findings import Embedded, Finding
from scanners.formats import Format
from scanners.json_documents import walk
from scanners.sources import BytesSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Judge = Callable[[Any, str, frozenset[str]], Iterator[Finding | Embedded]]

_KERNEL = re.compile(r"[^/]+/[^/]")
_SHOWN = 200


def _code(value: Any, where: str, _: frozenset[str]) -> Iterator[Finding]:
    """Judge `auto_map`: auto class -> `module.Class`, `repository--module.Class`, or a list of those."""
    for reference in strings(value):
        yield remote_code(reference, where)


def remote_code(reference: str, where: str) -> Finding:
    """Return the finding for a reference to a class of the repository's own code, or of another's."""
    shown = reference[:_SHOWN]
    if "--" in reference:
        return Finding(rule="remote-code-elsewhere", evidence=f"{where} names {shown}", name=shown)
    return Finding(rule="remote-code", evidence=f"{where} names {shown}", name=shown)


def _custom_pipelines(value: Any, where: str, _: frozenset[str]) -> Iterator[Finding]:
    """Judge `custom_pipelines`: task -> {"impl": "module.Class", ...}."""
    for task, entry in value.items() if isinstance(value, dict) else ():
        if isinstance(entry, dict) and isinstance(entry.get("impl"), str):
            yield remote_code(entry["impl"], f"{where}.{task}.impl")


def _trusted(value: Any, where: str, _: frozenset[str]) -> Iterator[Finding]:
    if value in (True, "true", "True"):
        yield Finding(rule="remote-code-trusted", evidence=f"{where} is set", name="trust_remote_code")


def _attention(value: Any, where: str, _: frozenset[str]) -> Iterator[Finding]:
    """Find `organisation/repository[@revision][:function]`, or a map of those for the parts of a model."""
    for implementation in strings(value):
        if _KERNEL.search(implementation):
            shown = implementation[:_SHOWN]
            yield Finding(rule="attention-kernel", evidence=f"{where} names {shown}", name=shown)


def _model_file(value: Any, where: str, _: frozenset[str]) -> Iterator[Finding]:
    """Judge the module that mlx-lm imports in place of its own model."""
    if isinstance(value, str) and value.endswith(".py"):
        yield Finding(rule="server-code", evidence=f"{where} names {value[:_SHOWN]}", name=value[:_SHOWN])
    yield from judge_path(value, where)


def _auto_mapping(value: Any, where: str, allowed: frozenset[str]) -> Iterator[Finding]:
    """Judge what peft imports to find the class of the base model."""
    if not isinstance(value, dict) or not isinstance(library := value.get("parent_library"), str):
        return
    base = value.get("base_model_class")
    name = f"{library}.{base}" if isinstance(base, str) and base else library
    if library.startswith("transformers_modules."):
        yield remote_code(name, f"{where}.parent_library")
    else:
        yield from imported(name, f"{where}.parent_library", allowed)


def _module(value: Any, where: str, allowed: frozenset[str]) -> Iterator[Finding]:
    if isinstance(value, str):
        yield from imported(value, where, allowed)


def _dotted(value: Any, where: str, allowed: frozenset[str]) -> Iterator[Finding]:
    """Judge a name that is imported where it has a dot in it, and is one of the library's own otherwise."""
    if isinstance(value, str) and "." in value:
        yield from imported(value, where, allowed)


def imported(name: str, where: str, allowed: frozenset[str]) -> Iterator[Finding]:
    """Yield what is wrong with a name that is imported."""
    finding = judge_imported(name, where, allowed)
    if finding is not None:
        yield finding


def _weight_map(value: Any, where: str, _: frozenset[str]) -> Iterator[Finding]:
    """Judge a map of tensor -> file; a hundred thousand tensors lie in a few hundred files."""
    for path in dict.fromkeys(strings(value)):
        yield from judge_path(path, where)


def _template(value: Any, where: str, _: frozenset[str]) -> Iterator[Embedded]:
    """Hand on a chat template, or the templates of a list or a map of them."""
    for place, text in walk(value, where):
        if isinstance(text, str) and place.step != "name":
            source = BytesSource(text.encode("utf-8", "surrogatepass"))
            yield Embedded(source=source, member=f"<{str(place)[:_SHOWN]}>", format=Format.JINJA_TEMPLATE)


def strings(value: Any) -> Iterator[str]:
    """Yield the texts of a value and of the lists and objects in it, however deep."""
    waiting = [value]
    while waiting:
        item = waiting.pop()
        if isinstance(item, str):
            yield item
        elif isinstance(item, dict):
            waiting.extend(reversed(item.values()))
        elif isinstance(item, list):
            waiting.extend(reversed(item))


KEYS: Mapping[str, Judge] = {
    "auto_map": _code,
    "custom_pipelines": _custom_pipelines,
    "trust_remote_code": _trusted,
    "_attn_implementation": _attention,
    "_attn_implementation_internal": _attention,
    "attn_implementation": _attention,
    "_experts_implementation_internal": _attention,
    "experts_implementation": _attention,
    "model_file": _model_file,
    "auto_mapping": _auto_mapping,
    "megatron_core": _module,
    "activation_fn": _dotted,
    "activation_function": _dotted,
    "sbert_ce_default_activation_function": _dotted,
    "_target_": _module,
    "weight_map": _weight_map,
    "chat_template": _template,
}
"""Key -> what its value makes a loader do."""
