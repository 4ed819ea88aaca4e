"""
Operators of TensorFlow Lite that are not built in: custom ones by name, and those of TensorFlow that ride along.

A model names a custom operator, and the process that loads it must have registered native code under the name. Names with
`Flex` in front run TensorFlow's own operators: which one says a NodeDef in the options, whatever the name is.
https://www.tensorflow.org/lite/guide/ops_select
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.formats import Malformed
from scanners.protobuf.wire import BYTES, Span, fields
from scanners.sources import BytesSource
from scanners.tensorflow.ops import NOT_RECOGNISED, judge_op
from scanners.tensorflow.schema import SCHEMA
from scanners.tflite.flexbuffers import texts

if TYPE_CHECKING:
    from collections.abc import Iterator

FLEX = "Flex"
_OP = SCHEMA["NodeDef"]["op"][0]
CUSTOM = 32
"""BuiltinOperator_CUSTOM (tensorflow/lite/schema/schema.fbs)."""
_RESOLVED = frozenset(
    [
        "AudioSpectrogram",
        "AvgPool3D",
        "Convolution2DTransposeBias",
        "HashtableFindV2",
        "HashtableImportV2",
        "HashtableSizeV2",
        "HashtableV2",
        "Irfft2d",
        "Landmarks2TransformMatrix",
        "Landmarks2TransformMatrixV2",
        "MaxPool3D",
        "MaxPoolingWithArgmax2D",
        "MaxUnpooling2D",
        "Mfcc",
        "Multinomial",
        "NumericVerify",
        "RandomStandardNormal",
        "RandomUniform",
        "Rfft2d",
        "Roll",
        "TFLite_Detection_PostProcess",
        "TransformLandmarks",
        "TransformLandmarksV2",
        "TransformTensorBilinear",
        "TransformTensorBilinearV2",
        "aten",
        "edgetpu-custom-op",
        "ethos-u",
        "odml.gemma",
        "odml.rms_norm",
        "odml.scaled_dot_product_attention",
        "odml.update_kv_cache",
    ]
)
"""Custom operators that TensorFlow Lite, MediaPipe and the compilers of Google's and Arm's accelerators bring themselves."""
_SENTENCES = frozenset(
    [
        "RaggedTensorToTensor",
        "TFSentencepieceDetokenizeOp",
        "TFSentencepieceTokenizeOp",
        "tftext:WhitespaceTokenizeWithOffsets",
        "tftext:WhitespaceTokenizeWithOffsetsV2",
        "tftext:custom:FastBertNormalize",
        "tftext:custom:FastSentencepieceDetokenize",
        "tftext:custom:FastSentencepieceTokenize",
        "tftext:custom:FastWordpieceTokenizeWithOffsets",
        "tftext:Ngrams",
        "tftext:RaggedTensorToTensor",
        "tftext:WhitespaceTokenizer",
    ]
)
"""Custom operators of TensorFlow Text."""


def judge_custom(name: str, offset: int, allowed: frozenset[str]) -> Iterator[Finding]:
    """Judge a custom operator by its name; `allowed` are names that the operator of the server knows, with `tflite.` in front."""
    if name.startswith(FLEX):
        yield from _judge_flex(name.removeprefix(FLEX), offset, allowed)
    elif name not in _RESOLVED | _SENTENCES and f"tflite.{name}" not in allowed:
        evidence = f"{name[:200] or 'an operator without a name'} is a custom operator that is not known here"
        yield Finding(rule="tflite-op-not-recognised", evidence=evidence, name=name[:200], offset=offset)


def judge_options(options: bytes, offset: int, allowed: frozenset[str]) -> Iterator[Finding]:
    """Judge what the options of a `Flex` operator say it runs: its name once more, and a NodeDef."""
    name, node = _named(options, offset)
    yield from _judge_flex(name, offset, allowed)
    for op in _ops(node):
        if op != name:
            yield from _judge_flex(op, offset, allowed)


def _ops(node: bytes) -> Iterator[str]:
    """Yield the op of a NodeDef; more than once where it is given more than once."""
    for field in fields(BytesSource(node), Span(0, len(node))):
        if field.number == _OP and field.wire == BYTES:
            yield node[field.start : field.end].decode("utf-8", "surrogateescape")


def _named(options: bytes, offset: int) -> tuple[str, bytes]:
    items = texts(options)
    if len(items) != 2:
        raise Malformed(offset, "the name and the node of an operator of TensorFlow", f"{len(items)} texts")
    return items[0].decode("utf-8", "surrogateescape"), items[1]


def _judge_flex(op: str, offset: int, allowed: frozenset[str]) -> Iterator[Finding]:
    judgement = judge_op(op)
    if judgement is None or (judgement is NOT_RECOGNISED and op in allowed):
        return
    evidence = f"{op[:200]}, an operator of TensorFlow in a TensorFlow Lite model, {judgement.reason}"
    yield Finding(rule=judgement.rule, evidence=evidence, name=op[:200], offset=offset)
