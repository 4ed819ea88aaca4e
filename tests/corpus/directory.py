"""Configurations, manifests and code as they stand beside weights: hostile ones, and the honest ones they resemble."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _json(value: object, encoding: str = "utf-8") -> Callable[[], bytes]:
    return lambda: json.dumps(value, indent=2).encode(encoding)


def _text(*lines: str) -> Callable[[], bytes]:
    return ("\n".join(lines) + "\n").encode


def _config(**more: object) -> dict[str, object]:
    """A configuration as transformers writes it."""
    return {
        "architectures": ["LlamaForCausalLM"],
        "hidden_act": "silu",
        "hidden_size": 64,
        "model_type": "llama",
        "num_hidden_layers": 2,
        "torch_dtype": "bfloat16",
        "transformers_version": "4.57.1",
        **more,
    }


def _index(*files: str) -> dict[str, object]:
    return {
        "metadata": {"total_size": 4096},
        "weight_map": {f"model.layers.{number}.weight": file for number, file in enumerate(files)},
    }


def _modules(type_: str, path: str = "1_Pooling") -> list[dict[str, object]]:
    return [
        {"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"},
        {"idx": 1, "name": "1", "path": path, "type": type_},
    ]


def _adapter(**mapping: object) -> dict[str, object]:
    return {"base_model_name_or_path": "example/base", "peft_type": "LORA", "r": 8, "auto_mapping": mapping or None}


def _pipeline(**components: object) -> dict[str, object]:
    return {
        "_class_name": "StableDiffusionPipeline",
        "_diffusers_version": "0.38.0",
        "scheduler": ["diffusers", "PNDMScheduler"],
        "text_encoder": ["transformers", "CLIPTextModel"],
        "safety_checker": [None, None],
        **components,
    }


def _manifest(**model: object) -> dict[str, object]:
    return {
        "createdOn": "01/01/2026 00:00:00",
        "runtime": "python",
        "model": {"modelName": "densenet", "serializedFile": "densenet.pt", "modelVersion": "1.0", **model},
        "archiverVersion": "0.12.0",
    }


_AUTO_MAP = {"AutoConfig": "configuration_x.XConfig", "AutoModelForCausalLM": "modeling_x.XForCausalLM"}

CONFIGS: Mapping[str, Callable[[], bytes]] = {
    "benign-config.json": _json(_config()),
    "benign-config-attention.json": _json(_config(_attn_implementation="sdpa", trust_remote_code=False, auto_map=None)),
    "benign-config-attention-map.json": _json(_config(attn_implementation={"text_config": "paged|sdpa"})),
    "config-auto-map.json": _json(_config(auto_map=_AUTO_MAP)),
    "config-auto-map-tokenizer.json": _json({"auto_map": {"AutoTokenizer": ["tokenization_x.XTokenizer", None]}}),
    "config-auto-map-nested.json": _json(_config(vision_config={"layers": [{"auto_map": _AUTO_MAP}]})),
    "config-auto-map-escaped.json": lambda: b'{"a\\u0075to_map": {"AutoModel": "modeling_x.X"}, "model_type": "x"}',
    "config-auto-map-marked.json": lambda: b'\xef\xbb\xbf{"auto_map": {"AutoModel": "modeling_x.X"}}',
    "config-auto-map-utf-16.json": _json({"auto_map": {"AutoModel": "modeling_x.X"}}, "utf-16"),
    "config-auto-map-without-suffix": _json(_config(auto_map=_AUTO_MAP)),
    "config-auto-map-elsewhere.json": _json(_config(auto_map={"AutoModel": "example/other--modeling_x.X"})),
    "config-auto-map-twice.json": lambda: (
        b'{"auto_map": {"AutoModel": "example/other--modeling_x.X"}, "model_type": "x", "auto_map": null}'
    ),
    "benign-config-twice.json": lambda: b'{"model_type": "llama", "hidden_size": 1, "hidden_size": 1}',
    "config-with-keras.json": _json({"class_name": "Sequential", "config": {"layers": []}, "auto_map": _AUTO_MAP}),
    "config-custom-pipelines.json": _json(
        _config(custom_pipelines={"pair": {"impl": "pair.PairPipeline", "pt": ["AutoModel"], "type": "text"}})
    ),
    "config-trusts-itself.json": _json(_config(keypoint_detector_config={"trust_remote_code": True})),
    "config-attention-kernel.json": _json(_config(_attn_implementation_internal="example/kernel")),
    "config-attention-kernel-function.json": _json(_config(text_config={"_attn_implementation": "a/b@main:attend"})),
    "config-attention-kernel-map.json": _json(_config(attn_implementation={"vision_config": "example/kernel"})),
    "config-model-file.json": _json(_config(model_file="model.py")),
    "config-model-file-leaves.json": _json(_config(model_file="../other/model.py")),
    "benign-config-model-file.json": _json(_config(model_file="model.safetensors")),
    "benign-adapter.json": _json(
        _adapter(base_model_class="BertModel", parent_library="transformers.models.bert.modeling_bert")
    ),
    "benign-adapter-plain.json": _json(_adapter()),
    "adapter-parent-library.json": _json(_adapter(base_model_class="system", parent_library="os")),
    "adapter-parent-library-unknown.json": _json(_adapter(base_model_class="Net", parent_library="my_models.net")),
    "adapter-parent-library-dynamic.json": _json(
        _adapter(base_model_class="X", parent_library="transformers_modules.example.modeling_x")
    ),
    "adapter-megatron-core.json": _json({"peft_type": "LORA", "megatron_config": {}, "megatron_core": "runpy"}),
    "benign-adapter-megatron.json": _json(
        {"peft_type": "LORA", "megatron_config": None, "megatron_core": "megatron.core"}
    ),
    "benign-modules.json": _json(_modules("sentence_transformers.models.Pooling")),
    "modules-dangerous.json": _json(_modules("subprocess.Popen")),
    "modules-unknown.json": _json(_modules("custom_pooling.Pooling")),
    "modules-no-name.json": _json(_modules("custom pooling!")),
    "modules-path-leaves.json": _json(_modules("sentence_transformers.models.Pooling", "../../etc")),
    "benign-records.json": _json([{"type": "subprocess.Popen", "name": "a row of data"}]),
    "benign-activation.json": _json({"in_features": 4, "activation_function": "torch.nn.modules.activation.Tanh"}),
    "benign-activation-plain.json": _json(_config(activation_function="gelu_new")),
    "activation-dangerous.json": _json({"in_features": 4, "activation_function": "os.system"}),
    "benign-model-index.json": _json(_pipeline(image_encoder=["stable_diffusion", "StableDiffusionSafetyChecker"])),
    "model-index-component.json": _json(_pipeline(unet=["my_unet", "MyUNet"])),
    "model-index-dangerous.json": _json(_pipeline(unet=["runpy", "run_path"])),
    "model-index-pipeline.json": _json(_pipeline(_class_name=["my_pipeline", "MyPipeline"])),
    "benign-index.json": _json(_index("model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors")),
    "index-climbs.json": _json(_index("model-00001-of-00002.safetensors", "../../other/model.safetensors")),
    "index-absolute.json": _json(_index("/etc/passwd")),
    "index-address.json": _json(_index("https://example.com/model.safetensors")),
    "index-backslash.json": _json(_index("..\\model.safetensors")),
    "benign-manifest.json": _json(_manifest(handler="image_classifier")),
    "manifest-handler.json": _json(_manifest(handler="handler.py", requirementsFile="requirements.txt")),
    "manifest-model-file.json": _json(_manifest(handler="image_classifier", modelFile="model.py")),
    "manifest-handler-leaves.json": _json(_manifest(handler="../../handler.py")),
    "benign-model-settings.json": _json({"name": "iris", "implementation": "mlserver_sklearn.SKLearnModel"}),
    "model-settings-own-runtime.json": _json({"name": "iris", "implementation": "runtime.MyRuntime"}),
    "json-target.json": _json({"model": {"_target_": "os.system", "command": "echo weighbridge"}}),
    "benign-json-target.json": _json({"model": {"_target_": "torch.nn.Linear", "in_features": 1, "out_features": 1}}),
    "config-nested-too-deeply.json": lambda: b'{"auto_map": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "benign-tokenizer.json": _json({"model": {"type": "BPE", "vocab": {"auto_map": 316, "trust_remote_code": 317}}}),
    "benign-lines-of-json.json": lambda: b'{"auto_map": {"AutoModel": "a.B"}}\n{"auto_map": null}\n',
}

SAMPLES: Mapping[str, Callable[[], bytes]] = {**CONFIGS}
