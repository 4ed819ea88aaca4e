"""Which reader reads which format: one visible table.

Each entry imports its module when it is first used, so that a gate on a safetensors file pays for no other format.
"""

from __future__ import annotations

from scanners.formats import Format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from scanners.findings import Embedded, Finding, Gap
    from scanners.formats import Part

    Reader = Callable[[Part], Iterator[Finding | Gap | Embedded]]


def _pickle(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import pickle

    return pickle.read(part)


def _torch_legacy(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import torch_legacy

    return torch_legacy.read(part)


def _zip(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import zip as zip_archive

    return zip_archive.read(part)


def _torch_zip(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import torch_zip

    return torch_zip.read(part)


def _torchscript(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import torchscript

    return torchscript.read(part)


def _tar(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import tar

    return tar.read(part)


def _torch_tar(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import torch_tar

    return torch_tar.read(part)


def _stream(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import streams

    return streams.read(part)


def _npy(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import npy

    return npy.read(part)


def _safetensors(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import safetensors

    return safetensors.read(part)


def _executable(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import executables

    return executables.read(part)


def _keras_hdf5(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import keras_hdf5

    return keras_hdf5.read(part)


def _keras_zip(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import keras_zip

    return keras_zip.read(part)


def _keras_config(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import keras_config

    return keras_config.read(part)


def _saved_model(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import tensorflow_saved_model

    return tensorflow_saved_model.read(part)


def _tensorflow_graph(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import tensorflow_graph

    return tensorflow_graph.read(part)


def _tensorflow_meta_graph(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import tensorflow_graph

    return tensorflow_graph.read_meta_graph(part)


def _keras_metadata(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import keras_metadata

    return keras_metadata.read(part)


def _tensorflow_text(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import tensorflow_text

    return tensorflow_text.read(part)


def _tensorflow_checkpoint(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import tensorflow_checkpoint

    return tensorflow_checkpoint.read(part)


def _model_config(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import model_config

    return model_config.read(part)


def _python_source(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import python_source

    return python_source.read(part)


def _gguf(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import gguf

    return gguf.read(part)


def _ggml(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import ggml

    return ggml.read(part)


def _flax_msgpack(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import flax_msgpack

    return flax_msgpack.read(part)


def _skops(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import skops

    return skops.read(part)


def _skops_schema(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import skops_schema

    return skops_schema.read(part)


def _xgboost_json(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import xgboost

    return xgboost.read_json(part)


def _xgboost_ubjson(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import xgboost

    return xgboost.read_ubjson(part)


def _lightgbm(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import lightgbm

    return lightgbm.read(part)


def _catboost(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import catboost

    return catboost.read(part)


def _jinja_template(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import jinja_template

    return jinja_template.read(part)


def _yaml_config(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import yaml_config

    return yaml_config.read(part)


def _triton_config(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import triton_config

    return triton_config.read(part)


def _requirements(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import requirements

    return requirements.read(part)


def _notebook(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import notebook

    return notebook.read(part)


def _python_path_file(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import python_path_file

    return python_path_file.read(part)


NATIVE = frozenset(
    {
        Format.KERAS_HDF5,
        Format.KERAS_METADATA,
        Format.SAVED_MODEL,
        Format.TENSORFLOW_CHECKPOINT,
        Format.TENSORFLOW_GRAPH,
        Format.TENSORFLOW_META_GRAPH,
        Format.TENSORFLOW_TEXT,
        Format.TRITON_CONFIG,
        Format.YAML_CONFIG,
    }
)
"""Formats of which bytes are given to a library written in C, other than Python's own: HDF5, protobuf, libyaml."""


def _onnx(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import onnx

    return onnx.read(part)


def _tflite(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import tflite

    return tflite.read(part)


def _openvino(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import openvino

    return openvino.read(part)


def _pmml(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import pmml

    return pmml.read(part)


def _xml(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import xml

    return xml.read(part)


def _coreml(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import coreml

    return coreml.read(part)


def _coreml_weights(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import coreml_weights

    return coreml_weights.read(part)


def _paddle(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import paddle

    return paddle.read(part)


def _paddle_parameters(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import paddle_parameters

    return paddle_parameters.read(part)


def _onnx_runtime(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import onnx_runtime

    return onnx_runtime.read(part)


def _executorch(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import executorch

    return executorch.read(part)


def _coreml_manifest(part: Part) -> Iterator[Finding | Gap | Embedded]:
    from scanners.formats import coreml_manifest

    return coreml_manifest.read(part)


READERS: Mapping[Format, Reader | None] = {
    Format.TENSORFLOW_TEXT: _tensorflow_text,
    Format.TENSORFLOW_CHECKPOINT: _tensorflow_checkpoint,
    Format.SAVED_MODEL: _saved_model,
    Format.TENSORFLOW_GRAPH: _tensorflow_graph,
    Format.TENSORFLOW_META_GRAPH: _tensorflow_meta_graph,
    Format.KERAS_METADATA: _keras_metadata,
    Format.KERAS_HDF5: _keras_hdf5,
    Format.KERAS_ZIP: _keras_zip,
    Format.KERAS_CONFIG: _keras_config,
    Format.ZIP: _zip,
    Format.TORCH_ZIP: _torch_zip,
    Format.TORCHSCRIPT: _torchscript,
    Format.TAR: _tar,
    Format.TORCH_TAR: _torch_tar,
    Format.GZIP: _stream,
    Format.BZIP2: _stream,
    Format.XZ: _stream,
    Format.LZMA: _stream,
    Format.ZLIB: _stream,
    Format.LZ4: _stream,
    Format.NPY: _npy,
    Format.SAFETENSORS: _safetensors,
    Format.ELF: _executable,
    Format.PE: _executable,
    Format.MACH_O: _executable,
    Format.OTHER_EXECUTABLE: _executable,
    Format.SCRIPT: _executable,
    Format.MODEL_CONFIG: _model_config,
    Format.YAML_CONFIG: _yaml_config,
    Format.TRITON_CONFIG: _triton_config,
    Format.REQUIREMENTS: _requirements,
    Format.NOTEBOOK: _notebook,
    Format.PYTHON_PATH_FILE: _python_path_file,
    Format.PYTHON_SOURCE: _python_source,
    Format.PYTHON_BYTECODE: _executable,
    Format.ZSTANDARD: None,
    Format.SEVEN_ZIP: None,
    Format.RAR: None,
    Format.OTHER_ARCHIVE: None,
    Format.ONNX: _onnx,
    Format.GGUF: _gguf,
    Format.GGML: _ggml,
    Format.TFLITE: _tflite,
    Format.OPENVINO: _openvino,
    Format.PMML: _pmml,
    Format.XML: _xml,
    Format.COREML: _coreml,
    Format.COREML_MANIFEST: _coreml_manifest,
    Format.COREML_WEIGHTS: _coreml_weights,
    Format.PADDLE: _paddle,
    Format.PADDLE_PARAMETERS: _paddle_parameters,
    Format.ONNX_TEXT: None,
    Format.PADDLE_JSON: None,
    Format.TENSORRT: None,
    Format.RKNN: None,
    Format.MXNET: None,
    Format.CNTK: None,
    Format.TORCH7: None,
    Format.R_DATA: None,
    Format.ORT: _onnx_runtime,
    Format.EXECUTORCH: _executorch,
    Format.JINJA_TEMPLATE: _jinja_template,
    Format.FLAX_MSGPACK: _flax_msgpack,
    Format.SKOPS: _skops,
    Format.SKOPS_SCHEMA: _skops_schema,
    Format.XGBOOST_JSON: _xgboost_json,
    Format.XGBOOST_UBJSON: _xgboost_ubjson,
    Format.LIGHTGBM: _lightgbm,
    Format.CATBOOST: _catboost,
    Format.UNKNOWN: None,
    Format.PICKLE: _pickle,
    Format.TORCH_LEGACY: _torch_legacy,
}
