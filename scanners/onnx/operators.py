"""
What an operator of an ONNX graph can do, by its domain and name.

The domains of the standard have a table of operators (tools/onnx_table). Everything else is native or Python code that a
runtime or a plug-in library brings.
"""

from __future__ import annotations

import os.path
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from scanners.findings import Finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


class OperatorJudgement(NamedTuple):
    """Which rule an operator breaks, and what it does."""

    rule: str
    reason: str


NOT_RECOGNISED = OperatorJudgement("onnx-op-not-recognised", "belongs to no domain or release that is known here")
_STANDARD = {"ai.onnx": "", "": "", "ai.onnx.ml": "ai.onnx.ml"}
"""Domain -> how the table spells it."""
_WHOLE = frozenset(
    {
        "ai.onnx.preview.training",
        "ai.onnx.training",
        "com.microsoft",
        "com.microsoft.dml",
        "com.microsoft.experimental",
        "com.microsoft.mlfeaturizers",
        "com.microsoft.nchwc",
        "com.ms.internal.nhwc",
        "org.pytorch.aten",
    }
)
"""Domains whose operators are compiled into ONNX Runtime (onnxruntime/core/graph/constants.h), whatever their names."""
_EXTENSIONS = frozenset(
    [
        "AudioDecoder",
        "BasicTokenizer",
        "BertTokenizer",
        "BertTokenizerDecoder",
        "BlingFireSentenceBreaker",
        "BpeDecoder",
        "CLIPTokenizer",
        "ConcatArrays",
        "DecodeImage",
        "DrawBoundingBoxes",
        "EncodeImage",
        "GPT2Tokenizer",
        "GaussianBlur",
        "HfBertTokenizer",
        "HfJsonTokenizer",
        "ImageDecoder",
        "ImageReader",
        "Inverse",
        "MaskedFill",
        "NegPos",
        "RaggedTensorToDense",
        "RaggedTensorToSparse",
        "RobertaTokenizer",
        "STFT",
        "SegmentExtraction",
        "SegmentSum",
        "SentencepieceDecoder",
        "SentencepieceTokenizer",
        "SplineTransform",
        "StftNorm",
        "StringConcat",
        "StringECMARegexReplace",
        "StringECMARegexSplitWithOffsets",
        "StringEqual",
        "StringHash",
        "StringHashFast",
        "StringJoin",
        "StringLength",
        "StringLower",
        "StringMapping",
        "StringRaggedTensorToDense",
        "StringRegexReplace",
        "StringRegexSplitWithOffsets",
        "StringSplit",
        "StringStrip",
        "StringToVector",
        "StringUpper",
        "TrieTokenizer",
        "TrieDetokenizer",
        "VectorToString",
        "WordpieceTokenizer",
    ]
)
"""Operators of onnxruntime-extensions that compute on texts, images and sounds (docs/custom_ops.md there)."""
_TENSORRT = frozenset(
    [
        "BatchedNMSDynamic_TRT",
        "BatchedNMS_TRT",
        "CoordConvAC",
        "CropAndResize",
        "CropAndResizeDynamic",
        "CustomEmbLayerNormPluginDynamic",
        "CustomFCPluginDynamic",
        "CustomGeluPluginDynamic",
        "CustomQKVToContextPluginDynamic",
        "CustomSkipLayerNormPluginDynamic",
        "DetectionLayer_TRT",
        "DisentangledAttention_TRT",
        "EfficientNMS_Explicit_TF_TRT",
        "EfficientNMS_Implicit_TF_TRT",
        "EfficientNMS_ONNX_TRT",
        "EfficientNMS_TRT",
        "FlattenConcat_TRT",
        "GenerateDetection_TRT",
        "GridAnchorRect_TRT",
        "GridAnchor_TRT",
        "InstanceNormalization_TRT",
        "LReLU_TRT",
        "ModulatedDeformConv2d",
        "MultilevelCropAndResize_TRT",
        "MultilevelProposeROI_TRT",
        "MultiscaleDeformableAttnPlugin_TRT",
        "NMSDynamic_TRT",
        "NMS_TRT",
        "Normalize_TRT",
        "PillarScatterPlugin",
        "PriorBox_TRT",
        "Proposal",
        "ProposalDynamic",
        "PyramidROIAlign_TRT",
        "ROIAlign_TRT",
        "RPROI_TRT",
        "Region_TRT",
        "Reorg_TRT",
        "ResizeNearest_TRT",
        "SpecialSlice_TRT",
        "Split",
        "VoxelGeneratorPlugin",
    ]
)
"""Plug-ins that TensorRT itself ships (https://github.com/NVIDIA/TensorRT/tree/main/plugin); exports name them in any domain."""
_PYTHON = "calls a Python function or class that the graph names"
_BLOB = "hands a compiled program of a hardware vendor, which was not examined, to the vendor's runtime"
_CLOUD = "sends its inputs to an address of the graph's choice"
_SPECIAL: Mapping[tuple[str, str], OperatorJudgement] = {
    ("com.microsoft", "PythonOp"): OperatorJudgement("onnx-python-op", _PYTHON),
    ("com.microsoft", "PythonOpGrad"): OperatorJudgement("onnx-python-op", _PYTHON),
    ("com.microsoft", "EPContext"): OperatorJudgement("onnx-native-op", _BLOB),
    ("com.microsoft", "Snpe"): OperatorJudgement("onnx-native-op", _BLOB),
}
_CLOUD_PREFIXES = ("Azure", "OpenAI")


def judge_operator(domain: str, name: str) -> OperatorJudgement | None:
    """Judge an operator that is no function of the model; None where it only computes."""
    if found := _SPECIAL.get((domain, name)):
        return found
    if name == "PyOp" or domain.startswith("pyop"):
        return OperatorJudgement("onnx-python-op", _PYTHON)
    if domain == "com.microsoft.extensions" and name.startswith(_CLOUD_PREFIXES):
        return OperatorJudgement("onnx-network-op", _CLOUD)
    return None if _is_known(domain, name) else NOT_RECOGNISED


def dotted(domain: str, name: str) -> str:
    """Return what findings and allowances call an operator."""
    return f"{domain or 'ai.onnx'}.{name}"


def judge_use(domain: str, name: str, node: str, offset: int, allowed: frozenset[str]) -> Iterator[Finding]:
    """Judge an operator that a node uses; `allowed` are operators and domains that need not be known here."""
    judgement = judge_operator(domain, name)
    called = dotted(domain, name)
    if judgement is None or (judgement is NOT_RECOGNISED and not allowed.isdisjoint((domain, called))):
        return
    evidence = f"{called[:200]} {judgement.reason}; node {node[:200]}"
    yield Finding(rule=judgement.rule, evidence=evidence, name=called[:200], offset=offset)


def _is_known(domain: str, name: str) -> bool:
    if domain in _WHOLE or name in _TENSORRT:
        return True
    if domain == "ai.onnx.contrib":
        return name in _EXTENSIONS
    return domain in _STANDARD and f"{_STANDARD[domain]}::{name}" in _table()


@cache
def _table() -> frozenset[str]:
    path = os.path.join(os.path.dirname(__file__), "operators.txt")  # noqa: PTH118, PTH120 - pathlib costs milliseconds
    with open(path, encoding="ascii") as file:  # noqa: PTH123 - as above
        return frozenset(line.rstrip("\n") for line in file if not line.startswith("#"))
