"""Every op of TensorFlow has one place where it is judged."""

import pytest

from scanners.rules import RULES
from scanners.tensorflow.attributes import PATH_ATTRIBUTES
from scanners.tensorflow.dangerous import DANGEROUS, FAMILIES
from scanners.tensorflow.ops import NOT_RECOGNISED, is_computation, judge_op, known_ops
from scanners.tensorflow.paths import PATH_INPUTS

PLUG_INS = {
    "AssetFileSource",
    "BigQueryReader",
    "CreateTRTResourceHandle",
    "GenerateBigQueryReaderPartitions",
    "InitializeTRTResource",
    "RemoteFusedGraphExecute",
    "TRTEngineOp",
    "TfLiteSubgraphExecute",
}
"""Ops that are explained although no release for CPUs registers them."""


def test_tables_name_ops_that_exist() -> None:
    """A misspelt op would be judged by nobody."""
    named = {op for table in DANGEROUS.values() for op in table} | PATH_ATTRIBUTES.keys() | PATH_INPUTS.keys()
    assert named - PLUG_INS <= known_ops()
    assert known_ops().isdisjoint(PLUG_INS)


def test_every_op_stands_in_one_table() -> None:
    """One fact, one home."""
    tables = [set(table) for table in DANGEROUS.values()] + [set(PATH_ATTRIBUTES), set(PATH_INPUTS)]
    assert sum(map(len, tables)) == len(set().union(*tables))
    assert {*DANGEROUS, *(rule for _, rule, _ in FAMILIES)} <= RULES.keys()


@pytest.mark.parametrize(
    "op", ["MatMul", "Conv2D", "_FusedConv2D", "While", "VarHandleOp", "RestoreV2", "HashTableV2", "_Arg"]
)
def test_ops_of_ordinary_models(op: str) -> None:
    """Known, and no finding by name; internal ops of optimised graphs included."""
    assert judge_op(op) is None


@pytest.mark.parametrize("op", ["AcmeGate", "", "matmul", "MatMul ", "Read\u0130le"])
def test_ops_that_nobody_registers(op: str) -> None:
    """Names are matched whole."""
    assert judge_op(op) is NOT_RECOGNISED


@pytest.mark.parametrize(
    "name", ["math.add", "nn.relu", "__operators__.getitem", "reshape", "compat.v1.nn.relu", "cast", "image.resize"]
)
def test_functions_that_compute(name: str) -> None:
    """Layers of Keras 2 call these by name."""
    assert is_computation(name)


@pytest.mark.parametrize(
    "name",
    [
        "io.write_file",
        "io.read_file",
        "io.gfile.remove",
        "io.matching_files",
        "io.decode_proto",
        "load_op_library",
        "load_library",
        "py_function",
        "numpy_function",
        "print",
        "saved_model.load",
        "raw_ops.WriteFile",
        "compat.v1.py_func",
        "compat.v1.write_file",
        "nn.fixed_unigram_candidate_sampler",
        "keras.utils.get_file",
        "import_graph_def",
    ],
)
def test_functions_that_do_more(name: str) -> None:
    """Whatever reads, writes, loads or calls back is on no list of computations."""
    assert not is_computation(name)
