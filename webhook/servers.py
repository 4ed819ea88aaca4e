"""Known serving stacks: one row each, with where its facts come from.

A row says how a stack is recognised (by its program, or by its image where the image's own entry point runs) and where it
is told what to load. A stack that is recognised and tells nothing counts as unknown: then every volume is a model volume.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Stack(NamedTuple):
    """One kind of model server."""

    name: str
    images: tuple[str, ...]
    """Repositories, by their last path components: `vllm/vllm-openai`, `tritonserver`."""
    programs: tuple[str, ...]
    """Words of a command line that start it: file names, or Python modules (a dot at the end: any module below)."""
    source: str
    """Where the facts of this row are documented."""
    path_flags: tuple[str, ...] = ()
    """Flags whose values name what is loaded, without leading hyphens, `_` written as `-`."""
    path_variables: tuple[str, ...] = ()
    """Environment variables that do the same."""
    positional_after: tuple[str, ...] = ()
    """Words after which the next word that is no flag names the model: `vllm serve NAME`."""
    default_paths: tuple[str, ...] = ()
    """What is loaded where nothing is said."""
    takes_hub_names: bool = False
    """Whether a value that is no path is the name of a model on a hub."""
    cache_variables: tuple[str, ...] = ()
    """Variables that name the hub cache, the first one set counts."""
    default_caches: tuple[str, ...] = ()
    """Where the cache is otherwise."""
    management: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Flags, or variables in capitals, that let models be loaded at run time; with the values that do (none: any)."""
    configuration_flags: tuple[str, ...] = ()
    """Flags that name a file with further settings, which the object does not show."""


_HUGGING_FACE_CACHES = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "TRANSFORMERS_CACHE", "XDG_CACHE_HOME")
_HUGGING_FACE_DEFAULT = ("/root/.cache/huggingface",)

STACKS: tuple[Stack, ...] = (
    Stack(
        name="vLLM",
        images=("vllm-openai", "vllm-openai-rocm", "vllm-cpu", "vllm"),
        programs=("vllm", "vllm.entrypoints."),
        source="https://docs.vllm.ai/en/latest/configuration/engine_args/",
        path_flags=("model", "tokenizer", "download-dir", "lora-modules", "speculative-model", "qlora-adapter-name-or-path",
                    "chat-template", "hf-config-path", "model-loader-extra-config", "speculative-config",
                    "reasoning-parser-plugin", "tool-parser-plugin", "generation-config"),
        positional_after=("serve",),
        takes_hub_names=True,
        cache_variables=_HUGGING_FACE_CACHES,
        default_caches=_HUGGING_FACE_DEFAULT,
        management=(
            ("VLLM_ALLOW_RUNTIME_LORA_UPDATING", ()),
            ("VLLM_SERVER_DEV_MODE", ()),
        ),
        configuration_flags=("config",),
    ),
    Stack(
        name="Triton",
        images=("tritonserver",),
        programs=("tritonserver",),
        source="https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_management.md",
        path_flags=("model-repository", "model-store"),
        management=(("model-control-mode", ("poll", "explicit")), ("repository-poll-secs", ())),
    ),
    Stack(
        name="TorchServe",
        images=("torchserve", "torchserve-kfs"),
        programs=("torchserve", "torch-model-archiver", "org.pytorch.serve.ModelServer"),
        source="https://github.com/pytorch/serve/blob/master/docs/configuration.md",
        path_flags=("model-store", "models", "workflow-store", "ts-config"),
        path_variables=("TS_CONFIG_FILE", "TS_MODEL_STORE", "TS_LOAD_MODELS"),
        default_paths=("/home/model-server/model-store",),
        management=(
            ("enable-model-api", ()),
            ("disable-token-auth", ()),
            ("TS_ENABLE_MODEL_API", ()),
            ("TS_DISABLE_TOKEN_AUTHORIZATION", ()),
        ),
    ),
    Stack(
        name="TensorFlow Serving",
        images=("tensorflow/serving", "serving"),
        programs=("tensorflow_model_server",),
        source="https://github.com/tensorflow/serving/blob/master/tensorflow_serving/g3doc/serving_config.md",
        path_flags=("model-base-path", "model-config-file"),
        path_variables=("MODEL_BASE_PATH",),
        default_paths=("/models",),
    ),
    Stack(
        name="Text Generation Inference",
        images=("text-generation-inference",),
        programs=("text-generation-launcher", "text-generation-server"),
        source="https://github.com/huggingface/text-generation-inference/blob/main/docs/source/reference/launcher.md",
        path_flags=("model-id", "tokenizer-config-path", "lora-adapters", "weights-cache-override", "huggingface-hub-cache"),
        path_variables=("MODEL_ID", "WEIGHTS_CACHE_OVERRIDE", "LORA_ADAPTERS", "TOKENIZER_CONFIG_PATH"),
        takes_hub_names=True,
        cache_variables=("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME"),
        default_caches=("/data",),
    ),
    Stack(
        name="SGLang",
        images=("sglang",),
        programs=("sglang.launch_server", "sglang"),
        source="https://docs.sglang.ai/advanced_features/server_arguments.html",
        path_flags=("model-path", "model", "tokenizer-path", "lora-paths", "download-dir", "chat-template",
                    "speculative-draft-model-path", "speculative-draft"),
        takes_hub_names=True,
        cache_variables=_HUGGING_FACE_CACHES,
        default_caches=_HUGGING_FACE_DEFAULT,
    ),
    Stack(
        name="MLServer",
        images=("seldonio/mlserver", "mlserver"),
        programs=("mlserver",),
        source="https://mlserver.readthedocs.io/en/latest/reference/model-settings.html",
        path_variables=("MLSERVER_MODEL_URI", "MLSERVER_MODELS_DIR", "MLSERVER_MODEL_REPOSITORY_ROOT"),
        positional_after=("start",),
        default_paths=("/mnt/models",),
    ),
)  # fmt: skip

SWITCHES: Mapping[str, str] = {
    "trust-remote-code": "runs Python files that come with the model",
    "TRUST_REMOTE_CODE": "runs Python files that come with the model",
    "HF_TRUST_REMOTE_CODE": "runs Python files that come with the model",
    "MLX_LM_TRUST_REMOTE_CODE": "runs Python files that come with the model",
    "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "makes torch.load run what a pickle says",
    "VLLM_ALLOW_INSECURE_SERIALIZATION": "unpickles what is sent to the server",
    "VLLM_PLUGINS": "loads code by name at start",
    "PYTHONSTARTUP": "runs a file before the server",
    "LD_PRELOAD": "loads a library into every process",
}
"""Flag (written with hyphens) or variable (in capitals) -> what it does."""

OFF = frozenset({"", "0", "false", "no", "off", "none"})
"""Values, in lower case, that switch a switch off."""
