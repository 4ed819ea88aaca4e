"""Source that a server runs by default, told by what it defines for that server."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from scanners.python_source.names import Names

_FILES: Mapping[str, str] = {
    "sitecustomize.py": "every start of the interpreter that finds it",
    "usercustomize.py": "every start of the interpreter that finds it",
}
_CLASSES: Mapping[str, str] = {
    "TritonPythonModel": "Triton's Python backend",
    "EndpointHandler": "Hugging Face's inference toolkit",
}
"""https://github.com/triton-inference-server/python_backend#usage, https://huggingface.co/docs/inference-endpoints/guides/custom_handler"""
_FUNCTIONS: Mapping[str, str] = {
    "_load_pyfunc": "MLflow, as a loader module",
    "handle": "TorchServe or DJL Serving, as a handler",
    "input_fn": "SageMaker's inference toolkit",
    "model_fn": "SageMaker's inference toolkit",
    "predict_fn": "SageMaker's inference toolkit",
    "transform_fn": "SageMaker's inference toolkit",
}
"""https://docs.pytorch.org/serve/custom_service.html, https://docs.djl.ai/master/docs/serving/serving/docs/modes.html,
https://github.com/aws/sagemaker-inference-toolkit, https://mlflow.org/docs/latest/python_api/mlflow.pyfunc.html"""
_BASES: Mapping[str, str] = {
    "mlserver.MLModel": "MLServer, as a runtime",
    "mlserver.model.MLModel": "MLServer, as a runtime",
    "ts.torch_handler.": "TorchServe, as a handler",
}
_HANDLER = frozenset({"handle", "initialize"})
"""Methods that TorchServe asks of a handler of any class (ts/model_loader.py)."""
_CALLS: Mapping[str, str] = {"mlflow.models.set_model": "MLflow, as a model from code"}


def running_server(name: str, tree: ast.Module, names: Names, calls: Iterable[ast.Call]) -> str | None:
    """Return what runs a module by default, None where nothing does that is known."""
    if name in _FILES:
        return _FILES[name]
    for node in tree.body:
        if isinstance(node, ast.ClassDef) and (server := _of_class(node, names)):
            return server
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name in _FUNCTIONS:
            return _FUNCTIONS[node.name]
    called = {meaning for call in calls for meaning in names.resolve(call.func)}
    return next((server for call, server in _CALLS.items() if call in called), None)


def _of_class(node: ast.ClassDef, names: Names) -> str | None:
    if node.name in _CLASSES:
        return _CLASSES[node.name]
    if {item.name for item in node.body if isinstance(item, ast.FunctionDef)} >= _HANDLER:
        return _FUNCTIONS["handle"]
    bases = {meaning for base in node.bases for meaning in names.resolve(base)}
    return next((server for base, server in _BASES.items() if any(meaning.startswith(base) for meaning in bases)), None)
