"""
JSON files whose outermost value says what they are: `modules.json`, `model_index.json`, the manifests of servers.

A pipeline's class may be asked for by name, and then reads nothing of its index but the components: the file's name tells it.
Read in: sentence-transformers 6.2 `util/misc.py` and `sentence_transformer/modules/router.py`, diffusers 0.42 `pipeline_loading_utils.py`, TorchServe `ts/model_loader.py`;
https://docs.seldon.ai/mlserver/reference/model-settings and .../api-reference/modelparameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scanners.directory.huggingface import imported, remote_code, strings
from scanners.directory.paths import judge_path
from scanners.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator

HANDLERS = frozenset(
    {
        "base_handler",
        "image_classifier",
        "image_segmenter",
        "object_detector",
        "text_classifier",
        "text_handler",
        "trt_llm_handler",
        "vision_handler",
        "vllm_handler",
    }
)
"""Modules of `ts/torch_handler`. One of the archive with such a name is imported in its place, and a finding of its own."""
PIPELINE_INDEX = "model_index.json"
_ENVIRONMENTS = ("environment_path", "environment_tarball")
"""Python environments that MLServer loads a model in."""
_SHOWN = 200


def is_manifest(root: Any, name: str = "") -> bool:
    """Say whether a document is one of these files; `name` is what its file is called."""
    if isinstance(root, list):
        return any(isinstance(module, dict) and {"type", "path"} <= module.keys() for module in root)
    return isinstance(root, dict) and (
        _is_pipeline(root, name)
        or _is_router(root)
        or (isinstance(root.get("model"), dict) and "modelName" in root["model"])
        or _is_settings(root)
    )


def judge_root(root: Any, allowed: frozenset[str], name: str = "") -> Iterator[Finding]:
    """Yield what is wrong with a document as a whole, of which `name` is the file's."""
    if isinstance(root, list):
        yield from _modules(root, allowed)
    elif isinstance(root, dict):
        if _is_pipeline(root, name):
            yield from _model_index(root, allowed)
        if _is_router(root):
            yield from _router(root, allowed)
        yield from _torchserve(root.get("model"))
        if _is_settings(root):
            yield from _mlserver(root, allowed)


def _modules(root: list[Any], allowed: frozenset[str]) -> Iterator[Finding]:
    """Judge `modules.json`: each module's class is imported, and loads the folder that `path` names."""
    for index, module in enumerate(root):
        if isinstance(module, dict) and isinstance(module.get("type"), str) and "path" in module:
            yield from imported(module["type"], f"[{index}].type", allowed)
            yield from judge_path(module["path"], f"[{index}].path")


def _model_index(root: dict[str, Any], allowed: frozenset[str]) -> Iterator[Finding]:
    """Judge `model_index.json`: component -> [library, class]; the library is imported, or is a file of the component's folder."""
    if isinstance(root.get("_class_name"), list):
        yield remote_code(".".join(strings(root["_class_name"])), "_class_name")
    for component, pair in root.items():
        if component.startswith("_") or not isinstance(pair, list) or len(pair) < 2:
            continue
        library, class_name = pair[:2]
        if isinstance(library, str) and isinstance(class_name, str) and not _is_pipeline_module(library):
            yield from imported(f"{library}.{class_name}", component, allowed)
        yield from judge_path(component, "a component")


def _is_pipeline(root: dict[str, Any], name: str) -> bool:
    """Say whether an object is a pipeline's index; its components' configurations are alike, and name a model's class."""
    class_name = root.get("_class_name")
    told = isinstance(class_name, list) or (isinstance(class_name, str) and "Pipeline" in class_name)
    return name.casefold() == PIPELINE_INDEX or ("_diffusers_version" in root and told)


def _is_router(root: dict[str, Any]) -> bool:
    """Say whether an object is the configuration of a sentence-transformer's `Router`, or of `Asym` before it."""
    return isinstance(root.get("types"), dict) and isinstance(root.get("structure"), dict)


def _router(root: dict[str, Any], allowed: frozenset[str]) -> Iterator[Finding]:
    """Judge module -> class: each class is imported, and loads the folder that is called as the module is."""
    for module, class_name in root["types"].items():
        if isinstance(class_name, str):
            yield from imported(class_name, f"types.{module}", allowed)
        yield from judge_path(module, "a module")


def _is_pipeline_module(library: str) -> bool:
    """Say whether a library is one of the modules below `diffusers.pipelines`, which need no import by name."""
    from scanners.directory.diffusers_pipelines import PIPELINES

    return library in PIPELINES


def _torchserve(model: Any) -> Iterator[Finding]:
    """Judge `MAR-INF/MANIFEST.json`: the handler, and the module that defines the model."""
    if not isinstance(model, dict) or "modelName" not in model:
        return
    handler = model.get("handler")
    if isinstance(handler, str) and handler.removesuffix(".py") not in HANDLERS:
        yield _named(handler, "model.handler")
    source = model.get("modelFile")
    if isinstance(source, str):
        yield _named(source, "model.modelFile")
    for key in ("handler", "modelFile", "serializedFile", "requirementsFile", "configFile"):
        yield from judge_path(model.get(key), f"model.{key}")


def _is_settings(root: dict[str, Any]) -> bool:
    """Say whether an object is `model-settings.json`: it names a class, and the model or where that is."""
    implementation = root.get("implementation")
    return isinstance(implementation, str) and "." in implementation and not {"name", "parameters"}.isdisjoint(root)


def _mlserver(root: dict[str, Any], allowed: frozenset[str]) -> Iterator[Finding]:
    """Judge the class of MLServer's runtime, imported from the model's folder where that has one, and its environment."""
    implementation = root["implementation"]
    if not implementation.startswith(("mlserver.", "mlserver_")) and implementation not in allowed:
        yield _named(implementation, "implementation")
    parameters = root.get("parameters")
    given = parameters if isinstance(parameters, dict) else {}
    for key in _ENVIRONMENTS:
        if isinstance(given.get(key), str):
            yield _named(given[key], f"parameters.{key}")


def _named(what: str, where: str) -> Finding:
    return Finding(rule="server-code", evidence=f"{where} names {what[:_SHOWN]}", name=what[:_SHOWN])
