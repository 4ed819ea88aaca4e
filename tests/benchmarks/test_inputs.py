"""The inputs are what they claim to be, and the same bytes every time."""

from __future__ import annotations

import json
import pickle
import pickletools
import zipfile
from dataclasses import replace
from itertools import pairwise

import h5py
import pytest

from benchmarks import keras_models, onnx_models, pickles, small_files, tensorflow_models, tensors
from benchmarks.scale import QUICK
from benchmarks.shapes import SHAPES, Kind, by_name, files_of, size
from scanners.engine import examine
from scanners.examining import ScanOptions, scan_target
from scanners.findings import Examined
from scanners.limits import Limits
from scanners.sources import BytesSource
from scanners.walk import walk

PAYLOAD = 64 << 10
OPERATIONS = ("Const", "MatMul", "BiasAdd", "Relu")
SMALL = replace(
    QUICK,
    entries=50,
    memo_entries=50,
    nested_entries=50,
    tensor_bytes=PAYLOAD,
    keras_bytes=PAYLOAD,
    graph_nodes=20,
    files=8,
)
MADE_HERE = [shape.name for shape in SHAPES if shape.name != "forest"]


def _contents(path):
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return {str(file.relative_to(path.parent)): file.read_bytes() for file in files if file.is_file()}


@pytest.mark.parametrize("name", MADE_HERE)
def test_an_input_is_the_same_every_time(name, tmp_path):
    """Two buildings of one input give the same names and the same bytes."""
    shape = by_name(name)
    built = []
    for turn in ("first", "second"):
        (tmp_path / turn).mkdir()
        shape.build(tmp_path / turn / shape.file, SMALL)
        built.append(_contents(tmp_path / turn / shape.file))
    assert built[0] == built[1]
    assert any(built[0].values())


@pytest.mark.parametrize("name", [shape.name for shape in SHAPES if shape.kind is Kind.DENSE])
def test_a_dense_pickle_holds_as_many_entries_as_the_scale_says(name, tmp_path):
    """Every dense input is a pickle of one collection of the asked length."""
    shape = by_name(name)
    shape.build(tmp_path / shape.file, SMALL)
    assert len(pickle.loads((tmp_path / shape.file).read_bytes())) == SMALL.entries


def test_words_obey_the_protocol(tmp_path):
    """The two dicts differ in protocol alone."""
    for protocol in (2, 4):
        pickles.words(tmp_path / "file", 5, protocol)
        data = (tmp_path / "file").read_bytes()
        assert data[:2] == bytes([0x80, protocol])
        assert pickle.loads(data) == {f"word_{i}": i for i in range(5)}


def test_the_torch_zip_is_a_sound_archive_with_aligned_storages(tmp_path):
    """The standard library reads every member, checksums included, and storages begin at multiples of 64."""
    path = tmp_path / "model.pt"
    tensors.torch_zip(path, PAYLOAD)
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert {info.compress_type for info in archive.infolist()} == {zipfile.ZIP_STORED}
        storages = [info for info in archive.infolist() if info.filename.startswith("archive/data/")]
        starts = [info.header_offset for info in storages]
        assert archive.read("archive/data/0") == bytes(PAYLOAD // tensors.STORAGES)
        data = archive.read("archive/data.pkl")
    assert len(starts) == tensors.STORAGES
    raw = path.read_bytes()
    for start in starts:
        name, extra = (int.from_bytes(raw[start + at : start + at + 2], "little") for at in (26, 28))
        assert (start + 30 + name + extra) % 64 == 0
    assert sum(1 for opcode, _, _ in pickletools.genops(data) if opcode.name == "BINPERSID") == tensors.STORAGES


def test_the_legacy_torch_file_is_five_pickles_and_then_storages(tmp_path):
    """Magic number, protocol, system, the state dict, the keys; then each storage with its length in front."""
    path = tmp_path / "model.pth"
    tensors.torch_legacy(path, PAYLOAD)
    raw = path.read_bytes()
    offset = 0
    for _ in range(5):
        *_, (stop, _, position) = pickletools.genops(raw[offset:])
        assert stop.name == "STOP"
        offset += position + 1
    floats = PAYLOAD // tensors.STORAGES // 4
    assert int.from_bytes(raw[offset : offset + 8], "little") == floats
    assert len(raw) - offset == tensors.STORAGES * (8 + floats * 4)
    assert pickle.loads(raw) == 0x1950A86A20F9469CFC6C


def test_safetensors_offsets_cover_the_file(tmp_path):
    """The tensors follow each other without a gap, from the header to the last byte."""
    path = tmp_path / "model.safetensors"
    tensors.safetensors(path, PAYLOAD)
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    spans = sorted(entry["data_offsets"] for name, entry in header.items() if name != "__metadata__")
    assert spans[0][0] == 0
    assert all(before[1] == after[0] for before, after in pairwise(spans))
    assert spans[-1][1] == len(raw) - 8 - length


def test_tensor_payloads_take_no_disk(tmp_path):
    """Payloads are holes, so that a gigabyte of input costs no gigabyte of disk."""
    path = tmp_path / "model.safetensors"
    tensors.safetensors(path, 32 << 20)
    assert path.stat().st_blocks * 512 < size(path) / 100


def _floats(file):
    """Return how many numbers each dataset of an HDF5 file holds, and whether it holds them in one piece."""
    found = {}
    file.visititems(
        lambda name, item: found.update({name: (item.size, item.chunks)}) if isinstance(item, h5py.Dataset) else None
    )
    return found


def test_the_keras_file_holds_a_configuration_and_allocated_weights(tmp_path):
    """Its configuration is a model's, its kernels are contiguous and take the room that was asked for, but no disk."""
    path = tmp_path / "model.h5"
    keras_models.hdf5(path, 32 << 20)
    with h5py.File(path) as file:
        assert json.loads(file.attrs["model_config"])["class_name"] == "Functional"
        kernels = {name: found for name, found in _floats(file).items() if name.endswith("kernel")}
        assert set(file["model_weights"]) == set(file["model_weights"].attrs["layer_names"])
    assert len(kernels) == keras_models.LAYERS
    assert set(kernels.values()) == {((32 << 20) // 4 // keras_models.LAYERS, None)}
    assert 32 << 20 <= size(path) < 33 << 20
    assert path.stat().st_blocks * 512 < size(path) / 10


def test_the_keras_archive_stores_its_weights(tmp_path):
    """Three sound members, none of them compressed, the weights an HDF5 file of the size that was asked for."""
    path = tmp_path / "model.keras"
    keras_models.archive(path, 1 << 20)
    with zipfile.ZipFile(path) as file:
        assert file.testzip() is None
        assert {info.compress_type for info in file.infolist()} == {zipfile.ZIP_STORED}
        assert json.loads(file.read("config.json"))["class_name"] == "Functional"
        with h5py.File(file.open("model.weights.h5")) as weights:
            kernels = [count for name, (count, _) in _floats(weights).items() if name.endswith("/0")]
    assert sum(kernels) * 4 == 1 << 20
    assert [item.name for item in tmp_path.iterdir()] == ["model.keras"]


def test_the_saved_model_has_as_many_nodes_as_asked_for(tmp_path):
    """Four blocks of five."""
    tensorflow_models.saved_model(tmp_path / "model", 20)
    raw = (tmp_path / "model" / "saved_model.pb").read_bytes()
    operations = {name: raw.count(b"\x12" + bytes([len(name)]) + name.encode()) for name in OPERATIONS}
    assert operations == {"Const": 8, "MatMul": 4, "BiasAdd": 4, "Relu": 4}


def test_every_byte_beside_an_onnx_model_is_a_tensor(tmp_path):
    """Both files are examined in full, the one by what the other says of it."""
    onnx_models.external(tmp_path / "onnx", PAYLOAD)
    options = ScanOptions(limits=Limits())
    reports = {file.name: scan_target(file, options) for file in walk(str(tmp_path / "onnx"))}
    assert {name: report.formats for name, report in reports.items()} == {
        "model.onnx": ("onnx",),
        "model.onnx_data": ("tensor-data",),
    }
    assert all(report.examined is Examined.FULLY and not report.findings for report in reports.values())


@pytest.mark.parametrize("name", ["keras-h5", "keras-zip", "saved-model"])
def test_the_scanner_examines_all_of_an_input_and_finds_nothing(name, tmp_path):
    """What is measured is an examination, of a benign file."""
    shape = by_name(name)
    shape.build(tmp_path / shape.file, SMALL)
    for file in files_of(tmp_path / shape.file):
        report = examine(BytesSource(file.read_bytes()), file.name)
        assert (report.examined, report.findings) == (Examined.FULLY, ()), report


def test_the_folder_holds_all_four_formats(tmp_path):
    """As many files as asked for, a quarter of each kind."""
    small_files.folder(tmp_path / "models", 8)
    suffixes = sorted(file.suffix for file in (tmp_path / "models").rglob("*.*"))
    assert suffixes == sorted([".pkl", ".npy", ".safetensors", ".pt"] * 2)
