"""What a configuration names is Keras's own, or it is a finding."""

import json
from typing import Any

import pytest

from scanners.findings import Embedded, Finding
from scanners.keras.arguments import PATHS
from scanners.keras.judge import judge
from scanners.keras.known import known
from scanners.keras.names import GADGETS, KERAS_PACKAGES
from tests.corpus.keras_builder import LAMBDA, OLD_LAMBDA, dense, function, layer, old_layer, sequential


def rules(config: object, *allowed: str) -> list[tuple[str, str | None]]:
    """Return rule and name of every finding."""
    facts = judge(json.dumps(config), "", frozenset(allowed))
    return [(fact.rule, fact.name) for fact in facts if isinstance(fact, Finding)]


def test_every_class_of_the_table_is_no_finding() -> None:
    """The table decides alone, under each dotted name; what must be judged further gives its own rule."""
    unsafe = {"ClassMethod", "Lambda", "TFOpLambda", "TFSMLayer", "TensorFlowOpLayer", "TorchModuleWrapper"}
    objects = []
    for dotted in known().classes:
        module, _, name = dotted.rpartition(".")
        if name not in unsafe:
            objects.append(layer(name, module=module))
    assert len(objects) > 4000
    assert rules(objects) == []


def test_every_bare_class_and_builtin_function_is_no_finding() -> None:
    """HDF5 files of Keras 2 name classes without a module, and functions as builtins."""
    names = known().class_names - {
        "ClassMethod",
        "Lambda",
        "TFOpLambda",
        "TFSMLayer",
        "TensorFlowOpLayer",
        "TorchModuleWrapper",
    }
    assert rules([old_layer(name) for name in names]) == []
    assert rules([function("builtins", name) for name in known().function_names]) == []


@pytest.mark.parametrize(
    "name", ["Dense", "Functional", "GlorotUniform", "Adam", "StringLookup", "CosineDecay", "AUC", "L2"]
)
def test_the_table_knows_what_every_model_uses(name: str) -> None:
    """A table that lost these would call every model suspicious."""
    assert name in known().class_names


@pytest.mark.parametrize(
    "name", ["get_file", "load_model", "deserialize", "enable_unsafe_deserialization", "plot_model"]
)
def test_the_table_has_no_function_that_is_not_for_models(name: str) -> None:
    """What loads, downloads or deserialises must never be taken for a computation."""
    assert name not in known().function_names | known().class_names


@pytest.mark.parametrize(
    "name", ["Custom>Adam", "Custom>CustomScaleLayer", "keras_hub>BertBackbone", "keras_nlp>WhisperDecoder"]
)
def test_names_that_keras_registers_itself(name: str) -> None:
    """Keras 2 registers its optimizers like custom classes; the packages beside Keras register theirs by name."""
    plain = name.partition(">")[2]
    assert rules([old_layer(name)]) == []
    assert rules([old_layer(name.replace(">", "x>"))]) == [("keras-object-not-recognised", name.replace(">", "x>"))]
    assert rules([old_layer(f"Custom>{plain}Own")]) == [("keras-object-not-recognised", f"Custom>{plain}Own")]


def test_each_unknown_name_is_reported_once() -> None:
    """A person needs the name and one place, not one line a layer."""
    config = sequential(*(layer("Gate", module="acme.layers") for _ in range(9)), layer("Door", module="acme.layers"))
    expected = [("keras-object-not-recognised", f"acme.layers.{name}") for name in ("Gate", "Door")]
    assert rules(config) == expected


def test_allowing_a_name_waives_only_that_it_is_unknown() -> None:
    """An allowlist entry cannot make `os.system` harmless."""
    assert rules(sequential(layer("Gate", module="acme.layers")), "acme.layers.Gate") == []
    assert rules(sequential(old_layer("Acme>Gate")), "Acme>Gate") == []
    assert rules(sequential(layer("Gate", module="acme", registered_name="Acme>Gate")), "Acme>Gate") == []
    assert rules(dense(function("os", "system")), "os.system") == [("keras-object-runs-code", "os.system")]


@pytest.mark.parametrize("module", sorted(GADGETS))
@pytest.mark.parametrize("package", sorted(KERAS_PACKAGES))
def test_functions_of_keras_that_are_not_for_models(module: str, package: str) -> None:
    """Public and internal module alike, in every package that is loaded as Keras's."""
    rest = module.partition(".")[2]
    for spelled in (f"{package}.{rest}.inner", f"{package}.src.{rest}.inner"):
        ((rule, name),) = rules(dense(function(spelled, "anything")))
        assert rule in ("keras-gadget", "keras-object-runs-code")
        assert name == f"{spelled}.anything"


@pytest.mark.parametrize("key", sorted(PATHS))
@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "file", "C:\\x", "https://attacker.example/x"])
def test_arguments_that_are_paths(key: str, path: str) -> None:
    """Relative or absolute, a text is a path; `None` and lists are values."""
    ((rule, _),) = rules(layer("StringLookup", {key: path}))
    assert rule == "keras-path-argument"
    assert rules(layer("StringLookup", {key: None})) == []
    assert rules(layer("StringLookup", {key: ["a", "b"]})) == []


@pytest.mark.parametrize(
    "config",
    [
        layer("Lambda", {"function": LAMBDA}),
        old_layer("Lambda", {"function": OLD_LAMBDA, "function_type": "lambda"}),
        old_layer("Lambda", {"function": OLD_LAMBDA}),
        old_layer("Lambda", {"function": "f", "function_type": "function", "mask": OLD_LAMBDA, "mask_type": "lambda"}),
        old_layer("Lambda", {"function": "f", "output_shape": OLD_LAMBDA, "output_shape_type": "lambda"}),
        old_layer("MyLambda", {"function": OLD_LAMBDA, "function_type": "lambda"}),
        dense(LAMBDA),
        {"anything": [{"deep": [LAMBDA]}]},
    ],
)
def test_bytecode_in_every_notation(config: dict[str, Any]) -> None:
    """Bytecode is found by itself, whatever holds it."""
    assert ("keras-lambda", "Lambda") in rules(config)


@pytest.mark.parametrize("value", ["x" * 500, {"a": 1}, None, [1, 2, 3], 7])
def test_a_pickled_module_is_embedded_or_reported_alone(value: object) -> None:
    """Whatever stands in place of the pickle, the wrapper is a finding, and text is handed on to be examined."""
    facts = list(judge(json.dumps(layer("TorchModuleWrapper", {"module": value})), "", frozenset()))
    assert [fact.rule for fact in facts if isinstance(fact, Finding)] == ["keras-torch-module"]
    assert any(isinstance(fact, Embedded) for fact in facts) == isinstance(value, str)


@pytest.mark.parametrize(
    "config",
    [
        {"class_name": "Gate"},
        {"config": {}},
        {"class_name": ["Lambda"], "config": {}},
        {"class_name": None, "config": {}},
        {"class_name": "__tensor__", "config": {"value": [1], "dtype": "int32"}},
        {"class_name": "__tuple__", "items": [1]},
        {"class_name": "function", "config": 5, "module": "builtins"},
        {"class_name": "Dense", "config": None},
        {"class_name": "Dense", "config": 5, "module": 7, "registered_name": 8},
        [],
        None,
        "text",
    ],
)
def test_what_keras_takes_for_a_value_is_no_finding(config: object) -> None:
    """Objects without both keys are dictionaries to Keras; odd types are refused by it."""
    assert rules(config) == []
