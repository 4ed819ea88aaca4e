"""Configurations, manifests and code as they stand beside weights: hostile ones, and the honest ones they resemble."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.corpus.tar_builder import END, member
from tests.corpus.zip_builder import Member, archive

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


def _router(type_: str, folder: str = "query_0_Transformer") -> dict[str, object]:
    return {
        "types": {folder: type_, "document_0_Pooling": "sentence_transformers.models.Pooling"},
        "structure": {"query": [folder], "document": ["document_0_Pooling"]},
        "parameters": {"default_route": "document"},
    }


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


_CHAT = "{% for message in messages %}{{ message['role'] + ': ' + message['content'] + '\\n' }}{% endfor %}"
_AUTO_MAP = {"AutoConfig": "configuration_x.XConfig", "AutoModelForCausalLM": "modeling_x.XForCausalLM"}

_BLANK = b" \n" * 3000
"""More white space than one look at the head of a file takes in."""

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
    "config-auto-map-behind-white-space.json": lambda: _BLANK + _json({"auto_map": _AUTO_MAP})(),
    "config-auto-map-behind-wide-white-space.json": lambda: (
        _BLANK.decode() + _json({"auto_map": _AUTO_MAP})().decode()
    ).encode("utf-16"),
    "benign-config-behind-white-space.json": lambda: _BLANK + _json(_config())(),
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
    "modules-type-far-in.json": _json([{"idx": 0, "name": "0" * 5000, "path": "", "type": "my_project.models.Net"}]),
    "router-unknown.json": _json(_router("my_project.models.Net")),
    "router-dangerous.json": _json(_router("os.system")),
    "router-path-leaves.json": _json(_router("sentence_transformers.models.Transformer", "../../elsewhere")),
    "benign-router.json": _json(_router("sentence_transformers.models.Transformer")),
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
    "benign-component.json": _json(
        {
            "_class_name": "UNet2DModel",
            "_diffusers_version": "0.38.0",
            "down_block_types": ["DownBlock2D", "AttnDownBlock2D"],
        }
    ),
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
    "benign-chat-template.json": _json({"tokenizer_class": "LlamaTokenizer", "chat_template": _CHAT}),
    "benign-chat-templates.json": _json(
        {"chat_template": [{"name": "default", "template": _CHAT}, {"name": "tool_use", "template": _CHAT}]}
    ),
    "chat-template.json": _json({"chat_template": "{{ messages.__class__ }}"}),
    "chat-template-second.json": _json(
        {"chat_template": [{"name": "default", "template": _CHAT}, {"name": "x", "template": "{{ cycler.__init__ }}"}]}
    ),
    "chat-template-map.json": _json({"chat_template": {"default": "{{ messages.__class__ }}"}}),
    "chat-template-twice.json": lambda: b'{"chat_template": "{{ messages.__class__ }}", "chat_template": "x"}',
    "model-settings-environment.json": _json(
        {
            "implementation": "mlserver_sklearn.SKLearnModel",
            "parameters": {"environment_tarball": "./environment.tar.gz"},
        }
    ),
    "benign-settings-of-others.json": _json({"title": "x", "implementation": "org.example.Service"}),
    "json-target.json": _json({"model": {"_target_": "os.system", "command": "echo weighbridge"}}),
    "benign-json-target.json": _json({"model": {"_target_": "torch.nn.Linear", "in_features": 1, "out_features": 1}}),
    "config-nested-too-deeply.json": lambda: b'{"auto_map": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "benign-tokenizer.json": _json({"model": {"type": "BPE", "vocab": {"auto_map": 316, "trust_remote_code": 317}}}),
    "benign-lines-of-json.json": lambda: b'{"auto_map": {"AutoModel": "a.B"}}\n{"auto_map": null}\n',
}

_MLMODEL = (
    "artifact_path: model",
    "flavors:",
    "  python_function:",
    "    env:",
    "      conda: conda.yaml",
    "      virtualenv: python_env.yaml",
    "    loader_module: mlflow.sklearn",
    "    model_path: model.pkl",
    "    python_version: 3.11.9",
    "  sklearn:",
    "    code: null",
    "    pickled_model: model.pkl",
    "    sklearn_version: 1.7.2",
    "mlflow_version: 3.17.2",
)


def _mlmodel(old: str, new: str) -> Callable[[], bytes]:
    return _text(*(line.replace(old, new) for line in _MLMODEL))


YAML: Mapping[str, Callable[[], bytes]] = {
    "MLmodel": _text(*_MLMODEL),
    "mlmodel-loader.yaml": _mlmodel("mlflow.sklearn", "my_loader"),
    "mlmodel-loader-dangerous.yaml": _mlmodel("mlflow.sklearn", "subprocess"),
    "mlmodel-code.yaml": _mlmodel("code: null", "code: code"),
    "mlmodel-code-leaves.yaml": _mlmodel("code: null", "code: ../../elsewhere"),
    "mlmodel-environment-leaves.yaml": _mlmodel("conda: conda.yaml", "conda: /etc/conda.yaml"),
    "mlmodel-from-code.yaml": _mlmodel("model_path: model.pkl", "model_code_path: /home/author/model.py"),
    "benign-conda.yaml": _text(
        "channels:",
        "- conda-forge",
        "dependencies:",
        "- python=3.11",
        "- pip<=24",
        "- pip:",
        "  - mlflow==3.17.2",
        "  - scikit-learn",
    ),
    "conda-address.yaml": _text("dependencies:", "- python=3.11", "- pip:", "  - https://example.com/x-1.0.tar.gz"),
    "conda-channel.yaml": _text("channels:", "- https://example.com/channel", "dependencies:", "- python=3.11"),
    "benign-python-env.yaml": _text(
        "python: 3.11.9", "build_dependencies:", "- pip==24.0", "dependencies:", "- -r requirements.txt"
    ),
    "python-env-leaves.yaml": _text("python: 3.11.9", "dependencies:", "- -r ../../requirements.txt"),
    "yaml-tag-apply.yaml": _text("model: !!python/object/apply:os.system [echo weighbridge]"),
    "yaml-tag-new.yaml": _text("- !!python/object/new:subprocess.Popen [[echo, weighbridge]]"),
    "yaml-tag-name.yaml": _text("act: !!python/name:builtins.eval"),
    "yaml-tag-module.yaml": _text("act: !!python/module:antigravity"),
    "yaml-tag-spelled-out.yaml": _text("act: !<tag:yaml.org,2002:python/object/apply:os.system> [echo]"),
    "yaml-tag-directive.yaml": _text(
        "%TAG !p! tag:yaml.org,2002:python/", "---", "act: !p!object/apply:os.system [echo]"
    ),
    "yaml-tag-escaped.yaml": _text("act: !!%70ython/object/apply:os.system [echo]"),
    "yaml-tag-second-document.yaml": _text("a: 1", "---", "- !!python/object/apply:os.system [echo]"),
    "yaml-tag-before-fault.yaml": _text("- !!python/object/apply:os.system [echo]", "---", "a: [1, 2"),
    "yaml-tag-without-suffix": _text("- !!python/object/apply:os.system [echo]"),
    "yaml-tag-unknown.yaml": _text("act: !!python/object:my_project.models.Net {}"),
    "yaml-tag-known.yaml": _text("act: !!python/name:torch.nn.modules.activation.ReLU"),
    "yaml-tag-hyperpyyaml-apply.yaml": _text("seed: !apply:os.system [echo weighbridge]"),
    "yaml-tag-hyperpyyaml-name.yaml": _text("act: !name:builtins.eval"),
    "yaml-tag-hyperpyyaml-known.yaml": _text(
        "act: !new:torch.nn.Softmax", "  dim: 1", "tokens: !new:my_project.Tokens"
    ),
    "yaml-tag-custom.yaml": _text("task: !function utils.process"),
    "benign-yaml.yaml": _text(
        "a: &x [1, 2.5, true, null]", "b: *x", "c: {<<: {d: 1}}", "e: !!binary aGk=", "f: !!python/tuple [1, 2]"
    ),
    "benign-yaml-broken.yaml": _text("a: [1, 2"),
    "benign-prose-about-tags.md": _text(
        "# Loading", "", "Never load `!!python/object/apply:os.system` tags: [they run.", "See `_target_`."
    ),
    "benign-aliases.yaml": lambda: b"".join(
        b"a%d: &a%d [%s]\n" % (level, level, b", ".join([b"*a%d" % (level - 1)] * 9) if level else b"x")
        for level in range(40)
    ),
    "yaml-target.yaml": _text("model:", "  _target_: os.system", "  command: echo weighbridge"),
    "yaml-target-alias.yaml": _text("name: &name builtins.eval", "model: {_target_: *name}"),
    "yaml-target-escaped.yaml": _text('model: {"\\x5ftarget_": builtins.eval}'),
    "yaml-target-unknown.yaml": _text("model:", "  _target_: my_project.models.Net"),
    "benign-yaml-target.yaml": _text("model:", "  _target_: nemo.collections.asr.models.EncDecCTCModelBPE"),
    "yaml-class-path.yaml": _text("model:", "  class_path: subprocess.Popen", "  init_args: {args: [echo]}"),
    "benign-yaml-class-path.yaml": _text("model:", "  class_path: my_project.models.Net", "target: ldm.models.Net"),
}
REQUIREMENTS: Mapping[str, Callable[[], bytes]] = {
    "requirements-utf-16.txt": lambda: "--extra-index-url https://example.com/simple\nx\n".encode("utf-16"),
    "benign-requirements-utf-16.txt": lambda: "numpy\n".encode("utf-16"),
    "requirements-utf-7.txt": lambda: b"# coding: utf-7\n+AC0ALQBpAG4AZABlAHgALQB1AHIAbA- https://example.com/simple\n",
    "benign-requirements-coding.txt": lambda: b"# -*- coding: utf-8 -*-\nnumpy\n",
    "benign-requirements-alone.txt": _text("-r base.txt", "numpy"),
    "requirements-further.zip": lambda: archive(
        Member(name=b"requirements.txt", data=b"-r base.lst\n"), Member(name=b"base.lst", data=b"numpy\n")
    ),
    "benign-requirements-further.zip": lambda: archive(
        Member(name=b"requirements.txt", data=b"-r base-requirements.txt\n"),
        Member(name=b"base-requirements.txt", data=b"numpy\n"),
    ),
    "requirements.txt": _text(
        "# what the model needs",
        "--extra-index-url https://download.pytorch.org/whl/cpu",
        "torch>=2.6",
        "transformers[torch] == 4.57.1 ; python_version < '3.13'  # pinned",
        "numpy \\",
        "    --hash=sha256:00",
        "-r requirements-more.txt",
        "",
    ),
    "requirements-index.txt": _text("--index-url https://example.com/simple", "torch"),
    "requirements-short-index.txt": _text("-i http://10.0.0.1/simple"),
    "requirements-find-links.txt": _text("--find-links=./wheels"),
    "requirements-git.txt": _text("git+https://example.com/x.git@main#egg=x"),
    "requirements-at.txt": _text("x @ https://example.com/x-1.0-py3-none-any.whl"),
    "requirements-editable.txt": _text("-e ."),
    "requirements-folder.txt": _text("./local_package"),
    "requirements-wheel.txt": _text("wheels/x-1.0-py3-none-any.whl"),
    "requirements-continued.txt": _text("--index-url \\", "  https://example.com/simple"),
    "requirements-leaves.txt": _text("-r ../../requirements.txt"),
    "requirements-option.txt": _text('x --global-option="--echo"'),
}
TRITON: Mapping[str, Callable[[], bytes]] = {
    "config.pbtxt": _text(
        'name: "densenet"',
        'platform: "onnxruntime_onnx"',
        "max_batch_size: 8",
        'input [ { name: "data_0" data_type: TYPE_FP32 dims: [ 3, 224, 224 ] } ]',
        'output [ { name: "fc6_1" data_type: TYPE_FP32 dims: [ 1000 ] label_filename: "labels.txt" } ]',
        "instance_group [ { count: 1 kind: KIND_GPU } ]",
        'default_model_filename: "model.onnx"',
        'parameters: { key: "intra_op_thread_count" value: { string_value: "0" } }',
    ),
    "triton-python.pbtxt": _text('backend: "python"', "max_batch_size: 8"),
    "triton-single-quotes.pbtxt": _text("max_batch_size: 8", "backend: 'py' 'thon'"),
    "triton-environment.pbtxt": _text(
        'backend: "vllm"',
        'parameters: { key: "EXECUTION_ENV_PATH", value: { string_value: "$$TRITON_MODEL_DIRECTORY/env.tar.gz" } }',
    ),
    "triton-environment-list.pbtxt": _text(
        'backend: "vllm"', 'parameters [ { key: "EXECUTION_ENV_PATH" value { string_value: "/opt/env.tar.gz" } } ]'
    ),
    "triton-backend-unknown.pbtxt": _text('backend: "my_backend"', "max_batch_size: 8"),
    "triton-operators.pbtxt": _text(
        'platform: "tensorflow_savedmodel"', 'model_operations { op_library_filename: "x.so" }'
    ),
    "triton-runtime.pbtxt": _text('backend: "onnxruntime"', 'runtime: "model.py"'),
    "triton-file-leaves.pbtxt": _text(
        'platform: "onnxruntime_onnx"', 'default_model_filename: "../../other/model.onnx"'
    ),
    "triton-warmup-leaves.pbtxt": _text(
        'backend: "onnxruntime"',
        'model_warmup [ { name: "x" batch_size: 1 inputs { key: "a" value: { input_data_file: "/etc/passwd" } } } ]',
    ),
    "triton-capability-leaves.pbtxt": _text(
        'platform: "tensorrt_plan"', 'cc_model_filenames [ { key: "8.0" value: "../model.plan" } ]'
    ),
    "benign-label-map.pbtxt": _text('item { name: "cat" id: 1 display_name: "backend: python" }'),
}


def _notebook(*sources: object) -> Callable[[], bytes]:
    cells = [{"cell_type": "code", "metadata": {}, "outputs": [], "source": source} for source in sources]
    return _json({"cells": [*cells, {"cell_type": "markdown", "source": ["# x"]}], "nbformat": 4, "nbformat_minor": 5})


def _nemo(target: str) -> bytes:
    """A tar archive as NeMo's `save_to` writes it."""
    text = f"model:\n  _target_: {target}\n".encode()
    return member(b"./model_config.yaml", text) + END


OTHERS: Mapping[str, Callable[[], bytes]] = {
    "notebook.ipynb": _notebook(
        ["!pip install torch\n", "%matplotlib inline\n", "import torch\n", "torch.ones(1)"], "1 +"
    ),
    "notebook-calls.ipynb": _notebook("import os\nos.system('echo weighbridge')"),
    "notebook-hidden.ipynb": _notebook(["import base64\n", "exec(base64.b64decode('cGFzcw=='))"]),
    "notebook-without-suffix": _notebook("import torch"),
    "notebook-old.ipynb": _json(
        {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "input": ["import torch"]}]}]}
    ),
    "archive-with-handler.mar": lambda: archive(
        Member(name=b"MAR-INF/MANIFEST.json", data=_json(_manifest(handler="service.py"))()),
        Member(name=b"service.py", data=b"import subprocess\ndef handle(data, context):\n    subprocess.run(data)\n"),
        Member(name=b"requirements.txt", data=b"git+https://example.com/x.git\n"),
    ),
    "benign-archive.mar": lambda: archive(
        Member(name=b"MAR-INF/MANIFEST.json", data=_json(_manifest(handler="image_classifier"))()),
        Member(name=b"index_to_name.json", data=b'{"0": "cat"}'),
    ),
    "configured.nemo": lambda: _nemo("os.system"),
    "benign-configured.nemo": lambda: _nemo("nemo.collections.asr.models.EncDecCTCModelBPE"),
    "notebook-and-config.json": _json({"auto_map": _AUTO_MAP, "nbformat": 4, "cells": []}),
    "path-file.pth": _text("import os; os.system('echo weighbridge')"),
    "path-file-harmless.pth": _text("# a folder", "/opt/more", "import sys; sys.path.append('/opt/more')"),
    "path-file-carriage-return.pth": lambda: b"# a folder\rimport os; os.system('echo weighbridge')",
    "path-file-mark.pth": lambda: b"\xef\xbb\xbfimport os; os.system('echo weighbridge')\n",
    "path-file-line-separator.pth": "/opt/more\u2028import os; os.system('echo weighbridge')".encode,
    "benign-path-file-prose.pth": _text("/opt/more", "# some import os; and others do not"),
    "benign-path-file.pth": _text("/opt/more", "../important"),
}

SAMPLES: Mapping[str, Callable[[], bytes]] = {**CONFIGS, **YAML, **REQUIREMENTS, **TRITON, **OTHERS}
