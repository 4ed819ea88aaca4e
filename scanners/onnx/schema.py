"""
The numbers of the fields of ONNX that are read, and which message holds which.

From https://github.com/onnx/onnx/blob/main/onnx/onnx.proto; every other field is stepped over.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class Kind(StrEnum):
    """A message of ONNX that is walked."""

    MODEL = "ModelProto"
    GRAPH = "GraphProto"
    NODE = "NodeProto"
    ATTRIBUTE = "AttributeProto"
    TENSOR = "TensorProto"
    SPARSE_TENSOR = "SparseTensorProto"
    FUNCTION = "FunctionProto"
    TRAINING = "TrainingInfoProto"


IR_VERSION, GRAPH, OPSET_IMPORT = 1, 7, 8
"""Of ModelProto: what tells it from other messages."""
CHILDREN: Mapping[str, Mapping[int, str]] = {
    Kind.MODEL: {GRAPH: Kind.GRAPH, 20: Kind.TRAINING, 25: Kind.FUNCTION},
    Kind.TRAINING: {1: Kind.GRAPH, 2: Kind.GRAPH},
    Kind.GRAPH: {1: Kind.NODE, 5: Kind.TENSOR, 15: Kind.SPARSE_TENSOR},
    Kind.FUNCTION: {7: Kind.NODE, 11: Kind.ATTRIBUTE},
    Kind.NODE: {5: Kind.ATTRIBUTE},
    Kind.ATTRIBUTE: {
        5: Kind.TENSOR,
        6: Kind.GRAPH,
        10: Kind.TENSOR,
        11: Kind.GRAPH,
        22: Kind.SPARSE_TENSOR,
        23: Kind.SPARSE_TENSOR,
    },
    Kind.SPARSE_TENSOR: {1: Kind.TENSOR, 2: Kind.TENSOR},
    Kind.TENSOR: {},
}
"""Message -> field -> the message in it."""
TEXTS: Mapping[str, Mapping[int, str]] = {
    Kind.NODE: {3: "name", 4: "op_type", 7: "domain"},
    Kind.ATTRIBUTE: {1: "name", 4: "s"},
    Kind.FUNCTION: {1: "name", 10: "domain"},
}
"""Message -> field -> the text in it."""
DIMS, DATA_TYPE, RAW_DATA, TENSOR_NAME, EXTERNAL_DATA, DATA_LOCATION = 1, 2, 9, 8, 13, 14
FLOAT_DATA, INT32_DATA, STRING_DATA, INT64_DATA, DOUBLE_DATA, UINT64_DATA = 4, 5, 6, 7, 10, 11
"""Of TensorProto."""
KEY, VALUE = 1, 2
"""Of StringStringEntryProto."""
EXTERNAL = 1
"""The value of `data_location` for numbers in a file of their own."""
STRING = 8
BITS: Mapping[int, int] = {
    **dict.fromkeys((25, 26), 2),
    **dict.fromkeys((21, 22, 23), 4),
    **dict.fromkeys((2, 3, 9, 17, 18, 19, 20, 24), 8),
    **dict.fromkeys((4, 5, 10, 16), 16),
    **dict.fromkeys((1, 6, 12), 32),
    **dict.fromkeys((7, 11, 13, 14), 64),
    15: 128,
}
"""TensorProto.DataType -> bits an element takes in raw data."""
