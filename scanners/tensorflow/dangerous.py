"""
TensorFlow ops that do more than compute: one table a rule, op -> what it does.

Every op of the registry that takes a file name, an address or a token of the running process stands here, or in
`scanners.tensorflow.paths` where ordinary models use it and its inputs decide.
https://www.tensorflow.org/api_docs/python/tf/raw_ops
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_READS = "reads files that the graph names"
_WRITES = "writes a file that the graph names"
_LISTS = "lists files by a pattern of the graph"
_DATA = "reads a data set from files that the graph names"
_DEBUG = "sends tensors to a file or server that the graph names"

_FILES: Mapping[str, str] = {
    "AssetFileSource": _READS,
    "CSVDataset": _DATA,
    "CSVDatasetV2": _DATA,
    "CalibrationStatisticsSaver": _WRITES,
    "CreateSummaryDbWriter": "opens a database that the graph names",
    "CreateSummaryFileWriter": "creates event files in a folder that the graph names",
    "DTensorRestoreV2": _READS,
    "DatasetToTFRecord": _WRITES,
    "DistributedSave": "writes a data set to a folder that the graph names, by way of a data service",
    "DumpTensor": _WRITES,
    "ExperimentalCSVDataset": _DATA,
    "ExperimentalDatasetToTFRecord": _WRITES,
    "ExperimentalLMDBDataset": _DATA,
    "ExperimentalMatchingFilesDataset": _LISTS,
    "ExperimentalSqlDataset": "opens a database that the graph names",
    "FileSystemSetConfiguration": "configures how the process reaches remote file systems",
    "FixedLengthRecordDataset": _DATA,
    "FixedLengthRecordDatasetV2": _DATA,
    "FixedLengthRecordReader": _DATA,
    "FixedLengthRecordReaderV2": _DATA,
    "GenerateVocabRemapping": _READS,
    "IdentityReader": _DATA,
    "IdentityReaderV2": _DATA,
    "ImportEvent": _WRITES,
    "LMDBDataset": _DATA,
    "LMDBReader": _DATA,
    "ListSnapshotChunksDataset": _DATA,
    "LoadAndRemapMatrix": _READS,
    "LoadDataset": _DATA,
    "MatchingFiles": _LISTS,
    "MatchingFilesDataset": _LISTS,
    "ReadFile": "reads a file that the graph names",
    "RecordInput": _DATA,
    "SaveDataset": "writes a data set to a folder that the graph names",
    "SaveDatasetV2": "writes a data set to a folder that the graph names",
    "Skipgram": "reads a text file that the graph names",
    "SnapshotChunkDataset": _DATA,
    "SnapshotDataset": "reads and writes a data set in a folder that the graph names",
    "SnapshotDatasetReader": _DATA,
    "SnapshotDatasetV2": "reads and writes a data set in a folder that the graph names",
    "SnapshotNestedDatasetReader": _DATA,
    "SqlDataset": "opens a database that the graph names",
    "TFRecordDataset": _DATA,
    "TFRecordDatasetV2": _DATA,
    "TFRecordReader": _DATA,
    "TFRecordReaderV2": _DATA,
    "TextLineDataset": _DATA,
    "TextLineReader": _DATA,
    "TextLineReaderV2": _DATA,
    "WholeFileReader": _READS,
    "WholeFileReaderV2": _READS,
    "WriteFile": _WRITES,
    "WriteGraphSummary": "writes an event file",
    "WriteRawProtoSummary": "writes bytes of the graph's choice into an event file",
}
_NETWORK: Mapping[str, str] = {
    "BigQueryReader": "reads from BigQuery",
    "CollectiveInitializeCommunicator": "opens a channel to other machines",
    "DataServiceDataset": "connects to a data service at an address of the graph",
    "DataServiceDatasetV2": "connects to a data service at an address of the graph",
    "DataServiceDatasetV3": "connects to a data service at an address of the graph",
    "DataServiceDatasetV4": "connects to a data service at an address of the graph",
    "GenerateBigQueryReaderPartitions": "reads from BigQuery",
    "RegisterDataset": "connects to a data service at an address of the graph",
    "RegisterDatasetV2": "connects to a data service at an address of the graph",
    "RpcCall": "calls a remote procedure",
    "RpcClient": "connects to an address of the graph",
    "RpcServer": "listens on an address of the graph",
    "RpcServerRegister": "offers a function of the graph to the network",
    "RpcServerStart": "listens on an address of the graph",
    "WorkerHeartbeat": "controls the process of a remote worker",
}
_PYTHON: Mapping[str, str] = {
    "EagerPyFunc": "calls a Python function of the process by its token",
    "PyFunc": "calls a Python function of the process by its token",
    "PyFuncStateless": "calls a Python function of the process by its token",
}
_NATIVE: Mapping[str, str] = {
    "CreateTRTResourceHandle": "deserialises a TensorRT engine, which is native code",
    "DatasetFromGraph": "runs a further graph that is hidden in a text",
    "InitializeTRTResource": "deserialises TensorRT engines, which are native code, from a file",
    "RemoteFusedGraphExecute": "hands a serialised program to another executor",
    "TRTEngineOp": "deserialises a TensorRT engine, which is native code",
    "TfLiteSubgraphExecute": "runs a model in another format that is hidden in the graph",
}
_DEBUGGER: Mapping[str, str] = {
    "DebugIdentity": _DEBUG,
    "DebugIdentityV2": _DEBUG,
    "DebugIdentityV3": _DEBUG,
    "DebugNanCount": _DEBUG,
    "DebugNumericSummary": _DEBUG,
    "DebugNumericSummaryV2": _DEBUG,
}

DANGEROUS: Mapping[str, Mapping[str, str]] = {
    "tensorflow-file-op": _FILES,
    "tensorflow-network-op": _NETWORK,
    "tensorflow-python-op": _PYTHON,
    "tensorflow-native-op": _NATIVE,
    "tensorflow-debug-op": _DEBUGGER,
}
FAMILIES: tuple[tuple[str, str, str], ...] = (
    ("BigQuery", "tensorflow-network-op", "reads from BigQuery"),
    ("Bigtable", "tensorflow-network-op", "reads from or writes to Bigtable"),
    ("IO>", "tensorflow-file-op", "belongs to tensorflow-io, whose ops read files and the network"),
    ("Kafka", "tensorflow-network-op", "reads from or writes to Kafka"),
    ("Kinesis", "tensorflow-network-op", "reads from Kinesis"),
)
"""Ops of plug-in libraries, by the prefix of their names; they say why, since not being recognised would block them too."""
