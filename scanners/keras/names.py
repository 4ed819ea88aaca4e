"""Which class or function an object of a configuration names, and whether that is one of Keras's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from scanners.findings import Finding
from scanners.imports import Kind
from scanners.imports import judge as judge_import
from scanners.keras.known import known

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from scanners.json_documents import Place

KERAS_PACKAGES = frozenset({"keras", "keras_core", "keras_cv", "keras_hub", "keras_nlp", "tf_keras"})
GADGETS: Mapping[str, str] = {
    "keras.applications": "builds a model and downloads its weights",
    "keras.backend": "changes the running process",
    "keras.callbacks": "writes files",
    "keras.config": "changes the running process",
    "keras.datasets": "downloads and unpacks a data set",
    "keras.export": "writes files",
    "keras.models": "loads a further model",
    "keras.preprocessing": "reads files",
    "keras.saving": "loads or saves a further model",
    "keras.utils": "downloads, unpacks, reads or writes files",
    "keras.visualization": "writes files",
}
"""Modules of Keras whose functions are not for models: what those do. Asked only about names that are not known."""
_TYPE_SPECS = frozenset({"IndexedSlicesSpec", "OptionalSpec", "RaggedTensorSpec", "SparseTensorSpec", "TensorSpec"})
_RULES = {Kind.RUNS_CODE: "keras-object-runs-code", Kind.REACHES_OUT: "keras-object-reaches-out"}


class _Reference(NamedTuple):
    """What an object names: a class or a function, and where Keras would look for it."""

    kind: str
    module: str
    """Empty where the file names none, as in HDF5 files of older versions."""
    name: str
    registered_name: str

    @property
    def dotted(self) -> str:
        return f"{self.module}.{self.name}" if self.module else self.name


def judge_name(item: dict[str, Any], class_name: str, where: Place, allowed: frozenset[str]) -> Iterator[Finding]:
    """Yield a finding unless the object names something of Keras that is for models, or that the operator allows."""
    reference = _reference(item, class_name)
    if reference is None or class_name == "__lambda__":
        return
    if reference.name == "enable_unsafe_deserialization":
        yield Finding(rule="keras-enables-unsafe", evidence=f"{where}: {reference.dotted}", name=reference.dotted)
        return
    for finding in _judge_reference(reference, where):
        own = (reference.dotted, reference.registered_name)
        if finding.rule != "keras-object-not-recognised" or allowed.isdisjoint(own):
            yield finding


def _reference(item: dict[str, Any], class_name: str) -> _Reference | None:
    """Read the reference; None where what stands there is no name, which every Keras refuses."""
    module = item.get("module")
    module = module if isinstance(module, str) else ""
    registered = item.get("registered_name")
    registered = registered if isinstance(registered, str) else ""
    if class_name == "function":
        name = item["config"]
        return _Reference("function", module, name, registered) if isinstance(name, str) else None
    if class_name == "__typespec__":
        name = item.get("spec_name")
        return _Reference("spec", module, name, registered) if isinstance(name, str) else None
    return _Reference("class", module, class_name, registered)


def _judge_reference(reference: _Reference, where: Place) -> Iterator[Finding]:
    evidence = f"{where}: {reference.kind} {reference.dotted}"
    if _is_known(reference):
        if not _is_own_registration(reference):
            evidence += f", registered as {reference.registered_name}"
            yield Finding(rule="keras-object-not-recognised", evidence=evidence, name=reference.registered_name)
        return
    judgement = judge_import(reference.module, reference.name)
    if rule := _RULES.get(judgement.kind):
        yield Finding(rule=rule, evidence=f"{evidence}: {judgement.reason}", name=reference.dotted)
    elif reason := _gadget(reference):
        yield Finding(rule="keras-gadget", evidence=f"{evidence} {reason}", name=reference.dotted)
    else:
        yield Finding(rule="keras-object-not-recognised", evidence=evidence, name=reference.dotted)


def _is_known(reference: _Reference) -> bool:
    table = known()
    if reference.kind == "spec":
        return reference.name in _TYPE_SPECS and reference.module.split(".", 1)[0] in ("tensorflow", "")
    if reference.kind == "function":
        if reference.module in ("", "builtins"):
            return reference.name in table.function_names
        return reference.dotted in table.functions
    if reference.module:
        return reference.dotted in table.classes
    return reference.name in table.class_names or _is_registered(reference.name)


def _is_own_registration(reference: _Reference) -> bool:
    """Say whether the registered name is that of the class itself: Keras takes a registered class before any other."""
    registered = reference.registered_name
    if registered in ("", "function", reference.name):
        return True
    return registered.endswith(f">{reference.name}") and _is_registered(registered)


def _is_registered(registered: str) -> bool:
    """Say whether Keras or one of its packages registers a class under this name."""
    package, separator, name = registered.partition(">")
    by_export = bool(separator) and package in KERAS_PACKAGES and name in known().class_names
    return by_export or registered in known().registered


def _gadget(reference: _Reference) -> str | None:
    """Say what a Keras name that is not for models does, by its module; None for names of other packages."""
    package, _, rest = reference.module.partition(".")
    if package not in KERAS_PACKAGES:
        return None
    rest = rest.removeprefix("src.")
    return GADGETS.get(f"keras.{rest.split('.', 1)[0]}")
