"""Signs that a container serves a model. They decide who is judged under scope Inference; they excuse nothing.

Names are the author's to choose, so the absence of every sign proves nothing: who cannot accept that uses scope Everything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from webhook.objects import mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook.commandline import CommandLine
    from webhook.pod import Container, Pod

ACCELERATORS = re.compile(
    r"(nvidia\.com/(gpu|mig-)|amd\.com/gpu|google\.com/tpu|aws\.amazon\.com/neuron|habana\.ai/gaudi|gpu\.intel\.com/)"
)
"""Extended resources of model hardware, by the beginning of their names (the device plugins' documentation)."""

MODEL_FILE = re.compile(
    r"\.(pkl|pickle|joblib|dill|pt|pth|ckpt|safetensors|onnx|gguf|ggml|h5|hdf5|keras|pb|tflite|mar|npy|npz|bst|cbm|mlmodel|"
    r"engine|plan|skops)\Z",
    re.IGNORECASE,
)
"""Ends of model files' names."""

PATH_VARIABLES = re.compile(
    r"((.*_)?MODELS?_(PATH|DIR|FILE|ROOT|STORE|REPOSITORY|URI|LOCATION|NAME_OR_PATH)|MODELS?_BASE_PATH|MODEL_ID|HF_MODEL_ID|"
    r"STORAGE_URI|(.*_)?CHECKPOINT(_PATH|_DIR)?|(.*_)?WEIGHTS(_PATH|_DIR|_FILE))\Z"
)
"""Variables by which servers of all kinds are told what to load."""

PATH_FLAGS = frozenset(
    {
        "model", "models", "model-path", "model-dir", "model-file", "model-uri", "model-id", "model-name-or-path",
        "model-repository", "model-store", "model-base-path", "checkpoint", "checkpoint-path", "checkpoint-dir", "ckpt",
        "weights", "weights-path",
    }
)  # fmt: skip
"""Flags by which servers of all kinds are told what to load."""

_WORDS = frozenset(
    {
        "model", "models", "llm", "llms", "checkpoint", "checkpoints", "weights", "inference", "predictor", "huggingface",
        "hf", "transformers", "torch", "pytorch", "tensorflow", "keras", "sklearn", "xgboost", "lightgbm", "onnx", "triton",
        "torchserve", "vllm", "sglang", "tgi", "mlserver", "mlflow", "bentoml", "kserve", "seldon", "lora", "embeddings",
    }
)  # fmt: skip
_SPLIT = re.compile(r"[^a-z0-9]+")
_PLATFORM_LABELS = ("serving.kserve.io/", "seldon-", "ray.io/", "bentoml", "app.nvidia.com/")


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One sign."""

    because: str
    """What was seen, escaped only where it is shown."""
    is_strong: bool
    """Whether it says that there is a model to load, not only that something is called so."""


def signal_of(container: Container, line: CommandLine, pod: Pod) -> Signal | None:
    """Return the strongest sign that a container serves a model, None where there is none."""
    found = list(_signals(container, line, pod))
    return next((signal for signal in found if signal.is_strong), found[0] if found else None)


def _signals(container: Container, line: CommandLine, pod: Pod) -> Iterator[Signal]:
    for resource in _resources(container):
        if ACCELERATORS.match(resource):
            yield Signal(because=f"it asks for {resource}", is_strong=True)
    for name, word in line.variables.items():
        if PATH_VARIABLES.match(name):
            yield Signal(because=f"it has the variable {name}", is_strong=True)
        if MODEL_FILE.search(word.text):
            yield Signal(because=f"{name} names a model file", is_strong=True)
    for word in line.words:
        if MODEL_FILE.search(word.text):
            yield Signal(because="an argument names a model file", is_strong=True)
    yield from _names(container, line, pod)


def _resources(container: Container) -> Iterator[str]:
    resources = mapping(container.raw, "resources", container.at)
    for kind in ("limits", "requests"):
        yield from mapping(resources, kind, f"{container.at}.resources")


def _names(container: Container, line: CommandLine, pod: Pod) -> Iterator[Signal]:
    for label in (*pod.labels, *pod.annotations):
        if label.startswith(_PLATFORM_LABELS):
            yield Signal(because=f"the pod belongs to a serving platform ({label})", is_strong=False)
    named = [("image", container.image), *(("mount", mount.path) for mount in container.mounts)]
    named += [("volume", mount.volume) for mount in container.mounts]
    named += [("claim", str(pod.volume(mount.volume).source.get("claimName", ""))) for mount in container.mounts]
    named += [("argument", word.text) for word in line.words]
    named += [("variable", name) for name in line.variables]
    for what, value in named:
        word = next((word for word in _SPLIT.split(value.lower()) if word in _WORDS), None)
        if word:
            yield Signal(because=f"its {what} is named after a model ({word})", is_strong=False)
