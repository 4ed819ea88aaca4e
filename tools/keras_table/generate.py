"""Write `scanners/keras/known.txt`: the exact Keras classes and functions that a model's configuration may name.

Usage: `python tools/keras_table/generate.py WHEEL... > scanners/keras/known.txt`

The wheels are read, never imported: each module is parsed and its classes and exported functions are listed under every
name by which a saved configuration may call them, its own module and each name it is exported under. A class counts if its
bases lead to one of `ROOTS`; a function counts if it is exported from one of `FUNCTION_MODULES`.

The versions that the shipped table was made from stand in its first line; `pip download --no-deps` fetches such wheels.
"""

from __future__ import annotations

import ast
import sys
import zipfile
from collections import defaultdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOTS = frozenset(
    {
        "AugmenterBase",
        "BaseDenseAttention",
        "Constraint",
        "Cross",
        "DTypePolicy",
        "Feature",
        "FeatureSpace",
        "Initializer",
        "KerasSaveable",
        "Layer",
        "LearningRateSchedule",
        "Loss",
        "Metric",
        "Model",
        "Network",
        "Operation",
        "Optimizer",
        "OptimizerV2",
        "Policy",
        "QuantizationConfig",
        "Quantizer",
        "Regularizer",
        "SeedGenerator",
        "Wrapper",
    }
)
FUNCTION_MODULES = frozenset(
    {
        "keras.activations",
        "keras.constraints",
        "keras.initializers",
        "keras.losses",
        "keras.metrics",
        "keras.ops",
        "keras.ops.image",
        "keras.ops.linalg",
        "keras.ops.nn",
        "keras.ops.numpy",
        "keras.optimizers",
        "keras.regularizers",
    }
)
NOT_FOR_MODELS = frozenset(
    {
        "convert_to_legacy_optimizer",
        "deserialize",
        "get",
        "is_arm_mac",
        "populate_deserializable_objects",
        "serialize",
    }
)
"""Functions of those modules that make objects from configuration instead of computing on tensors."""


KERAS_IN_TENSORFLOW = ("tensorflow/python/keras/", "tensorflow/python/ops/init_ops")
"""What of a wheel of TensorFlow is Keras's: its old copy, and the initializers that Keras 2 names by their module."""
DEFAULT_PACKAGE = "Custom"
"""Where `register_keras_serializable` registers a class that is given no package; Keras 2 does so with some of its own."""


class Definition(NamedTuple):
    """One class or function as its module defines it."""

    module: str
    name: str
    bases: tuple[str, ...]
    exports: tuple[str, ...]
    registered: tuple[str, str] | None
    """Package and name under which a class is registered."""
    is_class: bool


def definitions(wheel: str) -> Iterator[Definition]:
    """Yield the definitions of every module of a wheel, tests apart."""
    with zipfile.ZipFile(wheel) as archive:
        for path in sorted(archive.namelist()):
            if _is_read(path):
                parts = PurePosixPath(path).with_suffix("").parts
                module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
                yield from _of_module(module, archive.read(path))


def _is_read(path: str) -> bool:
    if path.startswith("tensorflow/") and not path.startswith(KERAS_IN_TENSORFLOW):
        return False
    return path.endswith(".py") and not path.endswith(("_test.py", "test_utils.py")) and "/testing/" not in path


def _of_module(module: str, source: bytes) -> Iterator[Definition]:
    for node in ast.parse(source).body:
        if isinstance(node, ast.ClassDef):
            bases = tuple(filter(None, map(_last_name, node.bases)))
            yield Definition(module, node.name, bases, tuple(_exports(node)), _registered(node), is_class=True)
        elif isinstance(node, ast.FunctionDef):
            yield Definition(module, node.name, (), tuple(_exports(node)), None, is_class=False)


def _last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def _exports(node: ast.ClassDef | ast.FunctionDef) -> Iterator[str]:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _last_name(decorator.func).endswith("_export"):
            for argument in decorator.args:
                for item in ast.walk(argument):
                    if isinstance(item, ast.Constant) and isinstance(item.value, str):
                        yield item.value


def _registered(node: ast.ClassDef) -> tuple[str, str] | None:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _last_name(decorator.func) == "register_keras_serializable":
            given = dict(zip(("package", "name"), decorator.args, strict=False))
            given |= {keyword.arg or "": keyword.value for keyword in decorator.keywords}
            return _constant(given.get("package"), DEFAULT_PACKAGE), _constant(given.get("name"), node.name)
    return None


def _constant(node: ast.expr | None, default: str) -> str:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else default


def saveable(found: Iterable[Definition]) -> Iterator[Definition]:
    """Yield the classes whose bases lead to a root, by name, within one wheel."""
    classes = [item for item in found if item.is_class]
    reached = set(ROOTS)
    while True:
        added = {item.name for item in classes if reached.intersection(item.bases)} - reached
        if not added:
            break
        reached |= added
    return (item for item in classes if item.name in reached)


def _names(item: Definition) -> Iterator[tuple[str, str]]:
    yield item.module, item.name
    for export in item.exports:
        module, _, name = export.rpartition(".")
        if module:
            yield module, name


def _is_for_models(name: str) -> bool:
    return name not in NOT_FOR_MODELS and not name.startswith("_")


def table(wheels: Iterable[str]) -> Mapping[str, Mapping[str, set[str]]]:
    """Return classes and functions of all wheels as module -> names, and registered classes as package -> names."""
    found: dict[str, dict[str, set[str]]] = {kind: defaultdict(set) for kind in ("class", "function", "registered")}
    for wheel in wheels:
        items = tuple(definitions(wheel))
        for item in saveable(items):
            for module, name in _names(item):
                found["class"][module].add(name)
            if item.registered is not None:
                package, name = item.registered
                found["registered"][package].add(name)
        for item in items:
            for module, name in _names(item):
                if not item.is_class and module in FUNCTION_MODULES and _is_for_models(name):
                    found["function"][module].add(name)
    return found


def main(wheels: list[str]) -> None:
    """Print the table."""
    versions = sorted("-".join(PurePosixPath(wheel).name.lower().split("-")[:2]) for wheel in wheels)
    print(f"# Generated by tools/keras_table/generate.py from {', '.join(versions)}")
    for kind, places in table(wheels).items():
        for place in sorted(places):
            print(kind, place, *sorted(places[place]))


if __name__ == "__main__":
    main(sys.argv[1:])
