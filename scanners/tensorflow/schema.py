"""
The part of TensorFlow's protobuf schema that is read: message -> field -> (number, type).

Types are `text` (read as bytes, since what is no UTF-8 must be seen and not refused), `number`, or another message; a
star marks what repeats. Everything else in a file is stepped over. Numbers from
https://github.com/tensorflow/tensorflow/tree/master/tensorflow/core (framework and protobuf); map entries are written out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA: Mapping[str, Mapping[str, tuple[int, str]]] = {
    "SavedModel": {"saved_model_schema_version": (1, "number"), "meta_graphs": (2, "MetaGraphDef*")},
    "MetaGraphDef": {
        "meta_info_def": (1, "MetaInfoDef"),
        "graph_def": (2, "GraphDef"),
        "saver_def": (3, "SaverDef"),
        "signature_def": (5, "SignatureDefEntry*"),
        "asset_file_def": (6, "AssetFileDef*"),
        "object_graph_def": (7, "SavedObjectGraph"),
    },
    "MetaInfoDef": {"tags": (4, "text*"), "tensorflow_version": (5, "text")},
    "SaverDef": {"filename_tensor_name": (1, "text"), "save_tensor_name": (2, "text"), "restore_op_name": (3, "text")},
    "SignatureDefEntry": {"key": (1, "text"), "value": (2, "SignatureDef")},
    "SignatureDef": {"inputs": (1, "InputsEntry*")},
    "InputsEntry": {"key": (1, "text"), "value": (2, "TensorInfo")},
    "TensorInfo": {"name": (1, "text")},
    "AssetFileDef": {"tensor_info": (1, "TensorInfo"), "filename": (2, "text")},
    "GraphDef": {"node": (1, "NodeDef*"), "library": (2, "FunctionDefLibrary")},
    "NodeDef": {
        "name": (1, "text"),
        "op": (2, "text"),
        "input": (3, "text*"),
        "attr": (5, "AttrEntry*"),
    },
    "NodeHead": {"name": (1, "text"), "op": (2, "text"), "input": (3, "text*")},
    "AttrEntry": {"key": (1, "text"), "value": (2, "AttrValue")},
    "AttrValue": {
        "list": (1, "ListValue"),
        "s": (2, "text"),
        "tensor": (8, "TensorProto"),
        "func": (10, "NameAttrList"),
    },
    "ListValue": {"s": (2, "text*"), "func": (9, "NameAttrList*")},
    "NameAttrList": {"name": (1, "text")},
    "TensorProto": {"dtype": (1, "number"), "string_val": (8, "text*")},
    "FunctionDefLibrary": {"function": (1, "FunctionDef*")},
    "FunctionDef": {"signature": (1, "OpDef"), "node_def": (3, "NodeDef*")},
    "OpDef": {"name": (1, "text"), "input_arg": (2, "ArgDef*")},
    "ArgDef": {"name": (1, "text")},
    "SavedObjectGraph": {"nodes": (1, "SavedObject*"), "concrete_functions": (2, "ConcreteFunctionsEntry*")},
    "SavedObject": {
        "user_object": (4, "SavedUserObject"),
        "asset": (5, "SavedAsset"),
        "constant": (9, "SavedConstant"),
    },
    "SavedUserObject": {"identifier": (1, "text"), "metadata": (3, "text")},
    "SavedAsset": {"asset_file_def_index": (1, "number")},
    "SavedConstant": {"operation": (1, "text")},
    "ConcreteFunctionsEntry": {"key": (1, "text"), "value": (2, "SavedConcreteFunction")},
    "SavedConcreteFunction": {"bound_inputs": (2, "number*")},
    "SavedMetadata": {"nodes": (1, "KerasObject*")},
    "KerasObject": {"node_path": (3, "text"), "identifier": (4, "text"), "metadata": (5, "text")},
    "BundleHeaderProto": {"num_shards": (1, "number"), "endianness": (2, "number")},
    "BundleEntryProto": {
        "dtype": (1, "number"),
        "shape": (2, "TensorShapeProto"),
        "shard_id": (3, "number"),
        "offset": (4, "number"),
        "size": (5, "number"),
        "slices": (7, "TensorSliceProto*"),
    },
    "TensorShapeProto": {"dim": (2, "Dim*"), "unknown_rank": (3, "number")},
    "Dim": {"size": (1, "number")},
    "TensorSliceProto": {},
    "CheckpointState": {"model_checkpoint_path": (1, "text"), "all_model_checkpoint_paths": (2, "text*")},
}
