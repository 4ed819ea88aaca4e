"""Known serving stacks: one row each, with where its facts come from.

A row says how a stack is recognised (by its program, or by its image where the image's own entry point runs) and where it
is told what to load. A stack that is recognised and tells nothing counts as unknown: then every volume is a model volume.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Management(NamedTuple):
    """One way in which a server is made to load models while it runs."""

    name: str
    """A flag without hyphens, or a variable in capitals."""
    values: frozenset[str]
    """Values, in lower case, that switch it on; empty: every value that does not switch it off."""
    what: str
    """What somebody can do then."""


class Stack(NamedTuple):
    """One kind of model server."""

    name: str
    images: tuple[str, ...]
    """Repositories, by their last path components: `vllm/vllm-openai`; a slash at the end: anything below."""
    programs: tuple[str, ...]
    """What starts it: file names or Python modules; a dot at the end: any module below; a blank: words in a row."""
    source: str
    """Where the facts of this row are documented."""
    model_flags: tuple[str, ...] = ()
    """Flags whose values name the model, without leading hyphens, `_` written as `-`."""
    model_variables: tuple[str, ...] = ()
    """Environment variables that do the same."""
    positional_after: tuple[str, ...] = ()
    """Words after which the next word that is no flag names the model: `vllm serve NAME`."""
    default_paths: tuple[str, ...] = ()
    """What is loaded where nothing is said."""
    further_flags: tuple[str, ...] = ()
    """Flags that name something else to read: a tokenizer, an adapter, a template. It may also be in the image."""
    further_variables: tuple[str, ...] = ()
    """Environment variables that do the same."""
    takes_hub_names: bool = False
    """Whether a value that is no path is the name of a model on a hub."""
    cache_variables: tuple[str, ...] = ()
    """Variables that name the hub cache."""
    default_caches: tuple[str, ...] = ()
    """Where the cache is where none of them is set."""
    management: tuple[Management, ...] = ()
    always_manages: str = ""
    """What somebody who reaches its port can always have it load; empty where that can be, and is, switched off."""
    configuration_flags: tuple[str, ...] = ()
    """Flags, or variables in capitals, that name a file with further settings, which the object does not show."""
    downloads: tuple[str, ...] = ()
    """Words with which it fetches a model and ends: an init container with one of them is no server."""
    installs: tuple[str, ...] = ()
    """Flags that keep it from installing the packages that a model names: the first with the value `local`, or one of the
    others. Empty: it installs none."""
    obeys_offline: bool = True
    """Whether `OFFLINE` keeps it from fetching: it does where huggingface_hub fetches."""
    presets: frozenset[str] = frozenset()
    """Flags without a value that each have it fetch one model."""
    polls: str = ""
    """The flag by which it is kept from loading what appears on its volume later; empty: it does not."""


_ANY: frozenset[str] = frozenset()
_HUB_CACHES = ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "TRANSFORMERS_CACHE", "XDG_CACHE_HOME")
"""https://huggingface.co/docs/huggingface_hub/package_reference/environment_variables"""
_HUB_CACHE = ("/root/.cache/huggingface", "/.cache/huggingface")

STACKS: tuple[Stack, ...] = (
    Stack(
        name="vLLM",
        images=("vllm-openai", "vllm-openai-rocm", "vllm-cpu", "vllm"),
        programs=("vllm", "vllm.entrypoints."),
        source="https://docs.vllm.ai/en/latest/configuration/engine_args/",
        model_flags=("model",),
        positional_after=("serve",),
        further_flags=(
            "tokenizer",
            "download-dir",
            "lora-modules",
            "speculative-model",
            "speculative-config",
            "chat-template",
            "hf-config-path",
            "reasoning-parser-plugin",
            "tool-parser-plugin",
            "model-loader-extra-config",
        ),
        further_variables=("VLLM_LORA_RESOLVER_CACHE_DIR",),
        takes_hub_names=True,
        cache_variables=_HUB_CACHES,
        default_caches=_HUB_CACHE,
        management=(
            Management("VLLM_ALLOW_RUNTIME_LORA_UPDATING", _ANY, "adapters are loaded by /v1/load_lora_adapter"),
            Management("VLLM_SERVER_DEV_MODE", _ANY, "development end points reload weights"),
        ),
        configuration_flags=("config",),
    ),
    Stack(
        name="Triton",
        images=("tritonserver",),
        programs=("tritonserver",),
        source="https://github.com/triton-inference-server/server/blob/main/docs/user_guide/model_management.md",
        model_flags=("model-repository", "model-store"),
        further_flags=("backend-directory", "repoagent-directory", "cache-directory"),
        management=(
            Management(
                "model-control-mode", frozenset({"explicit"}), "a load request may bring the model's files itself"
            ),
            Management("model-control-mode", frozenset({"poll"}), "whatever appears in the repository is loaded"),
        ),
    ),
    Stack(
        name="TorchServe",
        images=("torchserve", "torchserve-kfs", "torchserve-nightly"),
        programs=("torchserve", "org.pytorch.serve.ModelServer"),
        source="https://github.com/pytorch/serve/blob/master/docs/configuration.md",
        model_flags=("model-store",),
        model_variables=("TS_MODEL_STORE",),
        default_paths=("/home/model-server/model-store",),
        further_flags=("models", "workflow-store", "plugins-path"),
        further_variables=("TS_LOAD_MODELS",),
        management=(
            Management("enable-model-api", _ANY, "models are registered from any address over the management port"),
            Management("TS_ENABLE_MODEL_API", _ANY, "models are registered from any address over the management port"),
            Management("disable-token-auth", _ANY, "the management port asks for no token"),
            Management("TS_DISABLE_TOKEN_AUTHORIZATION", _ANY, "the management port asks for no token"),
        ),
        configuration_flags=("ts-config", "TS_CONFIG_FILE"),
    ),
    Stack(
        name="TensorFlow Serving",
        images=("tensorflow/serving", "tensorflow-serving"),
        programs=("tensorflow_model_server",),
        source="https://github.com/tensorflow/serving/blob/master/tensorflow_serving/model_servers/main.cc",
        model_flags=("model-base-path",),
        model_variables=("MODEL_BASE_PATH",),
        # The image's entry point puts it behind the base path: tensorflow_serving/tools/docker/Dockerfile.
        further_variables=("MODEL_NAME",),
        default_paths=("/models",),
        configuration_flags=("model-config-file", "platform-config-file"),
        management=(
            Management("model-config-file-poll-wait-seconds", _ANY, "a changed configuration file names other models"),
        ),
        polls="file-system-poll-wait-seconds",
    ),
    Stack(
        name="Text Generation Inference",
        images=("text-generation-inference",),
        programs=("text-generation-launcher", "text-generation-server"),
        downloads=("download-weights",),
        source="https://github.com/huggingface/text-generation-inference/blob/main/docs/source/reference/launcher.md",
        model_flags=("model-id",),
        model_variables=("MODEL_ID", "HF_MODEL_ID"),
        further_flags=("tokenizer-config-path", "lora-adapters", "weights-cache-override", "huggingface-hub-cache"),
        further_variables=("WEIGHTS_CACHE_OVERRIDE", "LORA_ADAPTERS", "TOKENIZER_CONFIG_PATH"),
        takes_hub_names=True,
        cache_variables=_HUB_CACHES,
        default_caches=("/data",),
    ),
    Stack(
        name="Text Embeddings Inference",
        obeys_offline=False,
        images=("text-embeddings-inference",),
        programs=("text-embeddings-router",),
        source="https://huggingface.co/docs/text-embeddings-inference/cli_arguments",
        model_flags=("model-id",),
        model_variables=("MODEL_ID",),
        further_flags=("huggingface-hub-cache",),
        takes_hub_names=True,
        cache_variables=_HUB_CACHES,
        default_caches=("/data",),
    ),
    Stack(
        name="SGLang",
        images=("sglang",),
        programs=("sglang.launch_server", "sglang", "sglang.srt."),
        source="https://docs.sglang.io/advanced_features/server_arguments.html",
        model_flags=("model-path", "model"),
        further_flags=(
            "tokenizer-path",
            "lora-paths",
            "download-dir",
            "chat-template",
            "speculative-draft-model-path",
            "speculative-token-map",
            "model-loader-extra-config",
        ),
        takes_hub_names=True,
        cache_variables=_HUB_CACHES,
        default_caches=_HUB_CACHE,
        configuration_flags=("config",),
    ),
    Stack(
        name="MLServer",
        images=("seldonio/mlserver", "mlserver"),
        programs=("mlserver",),
        source="https://docs.seldon.ai/mlserver/reference/settings, https://github.com/SeldonIO/MLServer/blob/master/Dockerfile",
        model_variables=(
            "MLSERVER_MODEL_URI",
            "MODELS_DIR",
            "MLSERVER_MODELS_DIR",
            "MLSERVER_MODEL_REPOSITORY_ROOT",
        ),
        further_variables=("MLSERVER_ENV_TARBALL",),
        positional_after=("start",),
        default_paths=("/mnt/models",),
    ),
    Stack(
        name="KServe model server",
        images=("sklearnserver", "xgbserver", "lgbserver", "pmmlserver", "paddleserver", "predictiveserver"),
        programs=("sklearnserver", "xgbserver", "lgbserver", "pmmlserver", "paddleserver", "predictiveserver"),
        source="https://github.com/kserve/kserve/tree/master/config/runtimes",
        model_flags=("model-dir",),
        default_paths=("/mnt/models",),
    ),
    Stack(
        name="KServe Hugging Face server",
        images=("huggingfaceserver", "huggingfaceserver-gpu"),
        programs=("huggingfaceserver",),
        source="https://github.com/kserve/kserve/blob/master/python/huggingfaceserver/README.md",
        model_flags=("model-dir", "model-id"),
        default_paths=("/mnt/models",),
        further_flags=("tokenizer", "lora-modules", "download-dir", "chat-template"),
        takes_hub_names=True,
        cache_variables=_HUB_CACHES,
        default_caches=_HUB_CACHE,
        management=(
            Management("VLLM_ALLOW_RUNTIME_LORA_UPDATING", _ANY, "adapters are loaded by /v1/load_lora_adapter"),
        ),
    ),
    Stack(
        name="OpenVINO Model Server",
        images=("openvino/model_server", "model_server"),
        programs=("ovms",),
        source="https://github.com/openvinotoolkit/model_server/blob/main/src/cli_parser.cpp",
        model_flags=("model-path", "model-repository-path", "source-model"),
        further_flags=("cpu-extension",),
        takes_hub_names=True,
        default_caches=("/models",),
        obeys_offline=False,
        configuration_flags=("config-path",),
        downloads=("--pull",),
        polls="file-system-poll-wait-seconds",
    ),
    Stack(
        name="llama.cpp server",
        images=("ggml-org/llama.cpp", "ggerganov/llama.cpp", "llama.cpp"),
        programs=("llama-server", "llama_cpp.server"),
        source="https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md",
        model_flags=(*("m", "model", "mu", "model-url", "hf", "hfr", "hf-repo", "dr", "docker-repo", "models-dir"),),
        model_variables=(
            "LLAMA_ARG_MODEL",
            "LLAMA_ARG_MODEL_URL",
            "LLAMA_ARG_HF_REPO",
            "LLAMA_ARG_DOCKER_REPO",
            "LLAMA_ARG_MODELS_DIR",
        ),
        further_flags=(
            *("lora", "lora-scaled", "control-vector", "control-vector-scaled", "chat-template-file"),
            *("mv", "model-vocoder", "hfv", "hfrv", "hf-repo-v"),
            *(
                "mm",
                "mmproj",
                "mmu",
                "mmproj-url",
                "md",
                "model-draft",
                "hfd",
                "hfrd",
                "hf-repo-draft",
                "spec-draft-hf",
            ),
        ),
        further_variables=(
            "LLAMA_ARG_MMPROJ",
            "LLAMA_ARG_MMPROJ_URL",
            "LLAMA_ARG_MODEL_DRAFT",
            "LLAMA_ARG_SPEC_DRAFT_HF_REPO",
            "LLAMA_ARG_HF_REPO_V",
            "LLAMA_ARG_CHAT_TEMPLATE_FILE",
        ),
        configuration_flags=("models-preset", "LLAMA_ARG_MODELS_PRESET"),
        takes_hub_names=True,
        cache_variables=("LLAMA_CACHE",),
        default_caches=("/root/.cache/llama.cpp",),
        obeys_offline=False,
        presets=frozenset(
            {
                "embd-gemma-default",
                "fim-qwen-1.5b-default",
                "fim-qwen-3b-default",
                "fim-qwen-7b-default",
                "fim-qwen-7b-spec",
                "fim-qwen-14b-spec",
                "fim-qwen-30b-default",
                "gpt-oss-20b-default",
                "gpt-oss-120b-default",
                "tts-oute-default",
                "vision-gemma-4b-default",
                "vision-gemma-12b-default",
            }
        ),
    ),
    Stack(
        name="Ollama",
        images=("ollama/ollama", "ollama"),
        programs=("ollama",),
        source="https://docs.ollama.com/api/pull",
        model_variables=("OLLAMA_MODELS",),
        default_paths=("/root/.ollama",),
        always_manages="/api/pull fetches any model by name",
        downloads=("pull",),
    ),
    Stack(
        name="Ray",
        images=("rayproject/ray", "rayproject/ray-ml", "rayproject/ray-llm"),
        programs=("ray start", "serve run", "serve deploy"),
        source="https://docs.ray.io/en/latest/ray-security/index.html",
        always_manages="whoever reaches the dashboard's port runs jobs of their own",
    ),
    Stack(
        name="MLflow",
        images=(),
        programs=("mlflow models",),
        source="https://github.com/mlflow/mlflow/blob/master/mlflow/models/cli.py and mlflow/utils/cli_args.py",
        model_flags=("m", "model-uri"),
        default_paths=("/opt/ml/model",),
        installs=("env-manager", "no-conda"),
    ),
    Stack(
        name="BentoML",
        images=(),
        programs=("bentoml serve", "bentoml start", "bentoml.serve"),
        source="https://docs.bentoml.com/en/latest/reference/bentoml/cli.html",
        model_variables=("BENTOML_HOME",),
        default_paths=("/home/bentoml",),
    ),
    Stack(
        name="NVIDIA NIM",
        images=("nim/",),
        programs=("nim_llm.",),
        # Closed source: what its documentation says of version 1 (name) and 2 (path).
        source="https://docs.nvidia.com/nim/large-language-models/latest/reference/environment-variables",
        model_variables=("NIM_CACHE_PATH", "NIM_MODEL_NAME", "NIM_MODEL_PATH"),
        further_variables=("NIM_PEFT_SOURCE",),
        default_paths=("/opt/nim/.cache",),
    ),
    Stack(
        name="TensorRT-LLM",
        images=("tensorrt-llm/release",),
        programs=("trtllm-serve",),
        source="https://github.com/NVIDIA/TensorRT-LLM/blob/main/tensorrt_llm/commands/serve.py",
        model_flags=("model",),
        positional_after=("trtllm-serve", "serve", "mm_embedding_serve", "grpc"),
        further_flags=("tokenizer", "custom-module-dirs", "chat-template"),
        takes_hub_names=True,
        cache_variables=_HUB_CACHES,
        default_caches=_HUB_CACHE,
        configuration_flags=(
            "extra-llm-api-options",
            "extra-encoder-options",
            "config",
            "config-file",
            "metadata-server-config-file",
        ),
    ),
    Stack(
        name="LMDeploy",
        images=("lmdeploy",),
        programs=("lmdeploy",),
        source="https://github.com/InternLM/lmdeploy/blob/main/lmdeploy/cli/serve.py",
        model_flags=("model-path",),
        positional_after=("api_server", "gradio"),
        further_flags=("download-dir", "adapters", "chat-template"),
        takes_hub_names=True,
        cache_variables=_HUB_CACHES,
        default_caches=_HUB_CACHE,
    ),
    Stack(
        name="DJL Serving",
        images=("djl-serving", "deepjavalibrary/djl-serving"),
        programs=("djl-serving",),
        source="https://github.com/deepjavalibrary/djl-serving/blob/master/serving/src/main/java/ai/djl/serving/Arguments.java, "
        "util/ConfigManager.java beside it (variables), serving/docker/config.properties (ports)",
        model_flags=("m", "models", "s", "model-store", "w", "workflows"),
        further_variables=("SERVING_PLUGIN_FOLDER",),
        configuration_flags=("f", "config-file"),
        model_variables=("HF_MODEL_ID", "OPTION_MODEL_ID", "SERVING_LOAD_MODELS", "SERVING_MODEL_STORE"),
        default_paths=("/opt/ml/model",),
        takes_hub_names=True,
        cache_variables=_HUB_CACHES,
        default_caches=("/tmp/.djl.ai",),  # noqa: S108 - a default of DJL's
        always_manages="the management API registers models from any address on the serving port",
    ),
    Stack(
        name="Seldon agent",
        images=("seldonio/seldon-agent", "seldonio/seldon-rclone"),
        programs=(),
        source="https://docs.seldon.ai/seldon-core-2/about/architecture",
        default_paths=("/mnt/agent",),
        always_manages="it fetches what every Model object names, while the servers run",
    ),
)

SWITCHES: Mapping[str, str] = {
    "trust-remote-code": "runs Python files that come with the model",
    "TRUST_REMOTE_CODE": "runs Python files that come with the model",
    "HF_TRUST_REMOTE_CODE": "runs Python files that come with the model",
    "HF_MODEL_TRUST_REMOTE_CODE": "runs Python files that come with the model",
    "OPTION_TRUST_REMOTE_CODE": "runs Python files that come with the model",
    "LLAMA_ARG_TRUST_REMOTE_CODE": "runs Python files that come with the model",
    "MLX_LM_TRUST_REMOTE_CODE": "runs Python files that come with the model",
    "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "makes torch.load do what a pickle says",
    "VLLM_ALLOW_INSECURE_SERIALIZATION": "unpickles what is sent to the server",
}
"""Flag (written with hyphens) or variable (in capitals) -> what it does."""

CODE_PATHS: Mapping[str, str] = {
    "PYTHONPATH": "Python imports modules from there",
    "PYTHONHOME": "Python takes its standard library from there",
    "PYTHONSTARTUP": "Python may run it at start",
    "LD_PRELOAD": "every process loads it",
    "LD_LIBRARY_PATH": "every process loads libraries from there",
    "LD_AUDIT": "every process loads it",
    "PYTHONUSERBASE": "Python imports modules from there",
    "BASH_ENV": "bash runs it before a script",
    "PATH": "programs are looked for there",
    "CLASSPATH": "Java loads classes from there",
    "JAVA_TOOL_OPTIONS": "Java takes options from it, agents among them",
    "JDK_JAVA_OPTIONS": "Java takes options from it, agents among them",
}
"""Variable -> what happens to what it names; a matter only where it leads onto a model volume."""

OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
"""Variables that keep huggingface_hub from fetching: the first that has a value counts (src/huggingface_hub/constants.py)."""
ON = frozenset({"1", "on", "yes", "true"})
"""Values, in lower case, by which huggingface_hub and most others are switched on."""
OFF = frozenset({"", "0", "false", "no", "off", "none"})
"""Values, in lower case, that switch a switch off."""
OTHER_HUBS = ("VLLM_USE_MODELSCOPE", "SGLANG_USE_MODELSCOPE", "LMDEPLOY_USE_MODELSCOPE")
"""Variables that choose a hub to which `OFFLINE` says nothing."""
