"""Signs that a container serves a model. They decide who is judged under scope Inference; they excuse nothing.

Names are the author's to choose, so the absence of every sign proves nothing: who cannot accept that uses scope Everything.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from scanners.escaping import printable
from webhook.objects import mapping

if TYPE_CHECKING:
    from collections.abc import Iterator

    from webhook.commandline import CommandLine
    from webhook.pod import Container, Pod

ACCELERATORS = re.compile(
    r"(nvidia\.com/(gpu|mig-)|amd\.com/gpu|google\.com/tpu|aws\.amazon\.com/neuron|habana\.ai/gaudi|gpu\.intel\.com/)"
)
"""Extended resources of model hardware, by the beginning of their names (the device plugins' documentation)."""

_MODEL_FILES = (
    r"\.(pkl|pickle|joblib|dill|pt|pth|ckpt|safetensors|onnx|gguf|ggml|h5|hdf5|keras|tflite|mar|npy|npz|bst|cbm|mlmodel|"
    r"engine|skops)"
)
MODEL_FILE = re.compile(_MODEL_FILES + r"\Z", re.IGNORECASE)
"""Ends of model files' names."""

MODEL_VARIABLE = re.compile(
    r"(.*_)?MODELS?_(PATH|DIR|FILE|ROOT|STORE|REPOSITORY|LOCATION|NAME_OR_PATH|BASE_PATH|URI|ID)\Z|"
    r"STORAGE_URI\Z|(.*_)?CHECKPOINT(_PATH|_DIR)?\Z|(.*_)?WEIGHTS(_PATH|_DIR|_FILE)?\Z|MODEL\Z"
)
"""Variables by which servers of all kinds are told what to load."""

_PERHAPS_IN_NAMES = re.compile("MODEL|CHECKPOINT|WEIGHTS|STORAGE_URI")

MODEL_FLAGS = frozenset(
    {
        "model",
        "models",
        "model-path",
        "model-dir",
        "model-file",
        "model-uri",
        "model-id",
        "model-name-or-path",
        "model-repository",
        "model-store",
        "model-base-path",
        "checkpoint",
        "checkpoint-path",
        "checkpoint-dir",
        "ckpt",
        "ckpt-path",
        "weights",
        "weights-path",
    }
)
"""Flags by which servers of all kinds are told what to load."""

STORAGE = re.compile(
    r"(s3|gs|hf|wasbs?|abfss?|oci|hdfs|webhdfs|modelscope|azureml|mlflow-artifacts|models|runs):/", re.IGNORECASE
)
"""Schemes that name stored files, and never a service to talk to."""

_MODEL_FILE_LINE = re.compile(rf"{_MODEL_FILES}$", re.MULTILINE)
"""For a text in lower case: without a flag for case the search skips from dot to dot."""

_WORDS = frozenset(
    {
        "model", "models", "llm", "llms", "checkpoint", "checkpoints", "weights", "inference", "predictor", "huggingface",
        "hf", "transformers", "torch", "pytorch", "tensorflow", "keras", "sklearn", "xgboost", "lightgbm", "onnx", "triton",
        "torchserve", "vllm", "sglang", "tgi", "mlserver", "mlflow", "bentoml", "kserve", "seldon", "lora", "embeddings",
    }
)  # fmt: skip
_SOMETHING_ELSE = frozenset(
    {
        "postgres", "postgresql", "pgbouncer", "pg_dump", "pg_restore", "psql", "mysql", "mysqld", "mysqldump", "mariadb",
        "mongo", "mongod", "mongodb", "mongodump", "redis", "redis-server", "valkey", "memcached", "minio", "nginx", "httpd",
        "haproxy", "envoy", "traefik", "caddy", "kafka", "rabbitmq", "nats", "elasticsearch", "opensearch", "clickhouse",
        "cassandra", "influxdb", "etcd", "zookeeper", "qdrant", "milvus", "weaviate", "prometheus", "grafana", "loki",
        "jaeger", "fluentd", "fluent-bit", "filebeat", "jupyter", "jupyterlab", "notebook", "codeserver", "rstudio",
    }
)  # fmt: skip
"""Images and programs that serve no model however their volumes are called: a database of an MLflow, a cache of an LLM.
Only the signs in names are passed over for them; whoever gives a server one of these names could as well avoid the others."""
_SEPARATORS = str.maketrans(dict.fromkeys("_-./:=,@;|&<>()[]{}'\"$%+?!#*\\~^`", " "))
"""What parts the words of a name; letters and digits of all scripts stay together."""
_PLATFORM_LABELS = (
    "serving.kserve.io/",
    "internal.serving.kserve.io/",
    "seldon-",
    "ray.io/",
    "yatai.ai/",
    "app.nvidia.com/",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """One sign."""

    because: str
    """What was seen, as the end of a sentence."""
    is_strong: bool
    """Whether there is a model to load, and not only something that is called so."""


def platform_of(pod: Pod) -> Signal | None:
    """Return the sign that a pod belongs to a serving platform, None where there is none."""
    if any(label.startswith(_PLATFORM_LABELS) for label in (*pod.labels, *pod.annotations)):
        return Signal(because="the pod belongs to a serving platform", is_strong=False)
    return None


def signal_of(container: Container, line: CommandLine, pod: Pod, platform: Signal | None) -> Signal | None:
    """Return the strongest sign that a container serves a model, None where there is none."""
    first = None
    for signal in _signals(container, line, pod, platform):
        if signal.is_strong:
            return signal
        first = first or signal
    return first


def _signals(container: Container, line: CommandLine, pod: Pod, platform: Signal | None) -> Iterator[Signal]:
    accelerator = accelerator_of(container)
    if accelerator is not None:
        yield Signal(because=f"it asks for {printable(accelerator, 80)}", is_strong=True)
    names = " ".join(line.variables)
    if is_worth_a_look(line.texts) or _PERHAPS_IN_NAMES.search(names):
        yield from _told(line)
    if mapping(container.raw, "resources", container.at).get("claims"):
        yield Signal(because="it asks for a device by a resource claim", is_strong=False)
    if platform is not None:
        yield platform
    yield from _names(container, line, names, pod)


def is_worth_a_look(texts: str) -> bool:
    """Say, quickly, whether a model file or an address may be among the lines of a text."""
    # A value put together from variables always may be.
    return "$(" in texts or ":/" in texts or _MODEL_FILE_LINE.search(texts.lower()) is not None


def _told(line: CommandLine) -> Iterator[Signal]:
    for name, word in line.variables.items():
        is_place = word.text[:1] == "/" or STORAGE.match(word.text)
        if is_place and MODEL_VARIABLE.match(name):
            yield Signal(because=f"{printable(name, 80)} says what it loads", is_strong=True)
        elif MODEL_FILE.search(word.text):
            yield Signal(because=f"{printable(name, 80)} names a model file", is_strong=True)
    if any(MODEL_FILE.search(word.text) or STORAGE.match(word.text) for word in line.words):
        yield Signal(because="an argument names a model", is_strong=True)


def accelerator_of(container: Container) -> str | None:
    """Return the accelerator a container asks for, None where it asks for none."""
    resources = mapping(container.raw, "resources", container.at)
    for kind in ("limits", "requests"):
        for resource in mapping(resources, kind, f"{container.at}.resources"):
            if ACCELERATORS.match(resource):
                return resource
    return None


def _is_something_else(container: Container, line: CommandLine) -> bool:
    """Say whether a container runs something that keeps or passes on data, and is called after a model for its content."""
    image = container.image.partition("@")[0].rpartition("/")[2].partition(":")[0]
    programs = [word.text.rpartition("/")[2] for word in line.words]
    return not _SOMETHING_ELSE.isdisjoint([image, *image.translate(_SEPARATORS).split(), *programs])


def _names(container: Container, line: CommandLine, variables: str, pod: Pod) -> Iterator[Signal]:
    if _is_something_else(container, line):
        return
    for what, value in (
        ("image", container.image),
        ("mount", " ".join([mount.path for mount in container.mounts])),
        ("volume", " ".join([mount.volume for mount in container.mounts])),
        ("claim", " ".join([pod.volume(mount.volume).claim for mount in container.mounts])),
        ("argument", " ".join([word.text for word in line.words])),
        ("variable", variables),
    ):
        if not _WORDS.isdisjoint(value.lower().translate(_SEPARATORS).split()):
            yield Signal(because=f"its {what} is named after a model", is_strong=False)
