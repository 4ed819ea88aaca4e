"""What a model says of the files beside it holds, and files of nothing but its numbers are no mystery."""

import os
from pathlib import Path

import pytest

from scanners.examining import scan_target
from scanners.findings import Examined, FileReport
from scanners.limits import Limits
from scanners.walk import WalkedFile, walk
from scanners.workers import ScanOptions
from tests.corpus.documents import const, net
from tests.corpus.onnx_builder import external, graph, model, node
from tests.corpus.payloads import PAYLOAD_4

NUMBERS = b"\0\1\2\xff" * 4
OPTIONS = ScanOptions(limits=Limits())


def scanned(folder: Path) -> dict[str, FileReport]:
    """Scan a directory, file by file."""
    files = [entry for entry in walk(str(folder)) if isinstance(entry, WalkedFile)]
    return {file.name: scan_target(file, OPTIONS) for file in files}


def onnx(location: str, *, offset: int = 0) -> bytes:
    """Return a model with sixteen bytes of numbers elsewhere."""
    tensor = external("w", 2, 2, location=location, offset=str(offset), length="16")
    return model(graph(node("Relu", "x"), tensors=(tensor,)))


def rules(report: FileReport) -> list[str]:
    """Return the rules of a report."""
    return [finding.rule for finding in report.findings]


def test_numbers_that_a_model_accounts_for(tmp_path: Path) -> None:
    """The model is examined, and so is the file that is nothing but its numbers."""
    (tmp_path / "model.onnx").write_bytes(onnx("weights.data"))
    (tmp_path / "weights.data").write_bytes(NUMBERS)
    (tmp_path / "alone.data").write_bytes(NUMBERS)
    reports = scanned(tmp_path)
    assert [reports[name].formats for name in sorted(reports)] == [("unknown",), ("onnx",), ("tensor-data",)]
    assert (reports["model.onnx"].findings, reports["weights.data"].examined) == ((), Examined.FULLY)
    assert reports["alone.data"].examined is Examined.NOT


@pytest.mark.parametrize("content", [NUMBERS + b"\xff", b"\xff" * 4 + NUMBERS[:12]], ids=["behind", "instead"])
def test_a_byte_that_no_tensor_accounts_for(tmp_path: Path, content: bytes) -> None:
    """It is not raw numbers, whatever else it is."""
    (tmp_path / "model.onnx").write_bytes(onnx("weights.data", offset=4))
    (tmp_path / "weights.data").write_bytes(content)
    assert scanned(tmp_path)["weights.data"].examined is Examined.NOT


def test_padding_between_tensors(tmp_path: Path) -> None:
    """Zeros in front of, between and behind tensors are what alignment leaves."""
    (tmp_path / "model.onnx").write_bytes(onnx("./weights.data", offset=64))
    (tmp_path / "weights.data").write_bytes(bytes(64) + NUMBERS + bytes(48))
    assert scanned(tmp_path)["weights.data"].formats == ("tensor-data",)


def test_numbers_that_are_something_else_after_all(tmp_path: Path) -> None:
    """No model can talk a pickle into being numbers."""
    (tmp_path / "model.onnx").write_bytes(onnx("weights.data"))
    (tmp_path / "weights.data").write_bytes(PAYLOAD_4)
    assert "import-runs-code" in rules(scanned(tmp_path)["weights.data"])


def test_numbers_that_are_called_a_pickle(tmp_path: Path) -> None:
    """No model can talk a file that no reader understands, and a loader unpickles by its name, into being numbers."""
    (tmp_path / "model.onnx").write_bytes(onnx("weights.joblib"))
    (tmp_path / "weights.joblib").write_bytes(NUMBERS)
    assert scanned(tmp_path)["weights.joblib"].examined is Examined.NOT


def test_a_range_behind_the_end_of_the_file(tmp_path: Path) -> None:
    """The offset is held against the file that is there."""
    (tmp_path / "model.onnx").write_bytes(onnx("weights.data", offset=8))
    (tmp_path / "weights.data").write_bytes(NUMBERS)
    assert rules(scanned(tmp_path)["model.onnx"]) == ["onnx-external-data-range"]


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_numbers_with_a_second_name(tmp_path: Path, link) -> None:
    """A link to another file of the volume is told; one that leaves the volume is a finding of the walk's own."""
    (tmp_path / "model.onnx").write_bytes(onnx("weights.data"))
    (tmp_path / "other").write_bytes(NUMBERS)
    link(tmp_path / "other", tmp_path / "weights.data")
    assert rules(scanned(tmp_path)["model.onnx"]) == ["onnx-external-data-linked"]


def test_a_link_out_of_the_volume_is_not_followed(tmp_path: Path) -> None:
    """Neither to look at its size."""
    (tmp_path / "volume").mkdir()
    (tmp_path / "secret").write_bytes(b"x")
    (tmp_path / "volume/model.onnx").write_bytes(onnx("weights.data"))
    (tmp_path / "volume/weights.data").symlink_to(tmp_path / "secret")
    assert scanned(tmp_path / "volume")["model.onnx"].findings == ()
    assert [finding.rule for entry in walk(str(tmp_path / "volume")) for finding in getattr(entry, "findings", ())] == [
        "link-leaves-volume"
    ]


def test_a_fifo_is_not_opened(tmp_path: Path) -> None:
    """What a model names may be anything."""
    (tmp_path / "model.onnx").write_bytes(onnx("weights.data"))
    os.mkfifo(tmp_path / "weights.data")
    assert scanned(tmp_path)["model.onnx"].findings == ()


def test_weights_of_openvino(tmp_path: Path) -> None:
    """The document is found by the name of the weights."""
    (tmp_path / "model.xml").write_bytes(net(const("w", "2,2", "0", "16")))
    (tmp_path / "model.bin").write_bytes(NUMBERS)
    reports = scanned(tmp_path)
    assert reports["model.bin"].formats == ("tensor-data",)
    assert reports["model.xml"].findings == ()
    (tmp_path / "model.bin").write_bytes(NUMBERS[:-1])
    reports = scanned(tmp_path)
    assert rules(reports["model.xml"]) == ["openvino-constant-disagrees"]
    assert reports["model.bin"].examined is Examined.NOT


def test_the_same_model_is_read_anew_when_it_has_changed(tmp_path: Path) -> None:
    """What was read of a model is kept for the next file, not beyond a change."""
    (tmp_path / "model.onnx").write_bytes(onnx("weights.data"))
    (tmp_path / "weights.data").write_bytes(NUMBERS)
    assert scanned(tmp_path)["weights.data"].formats == ("tensor-data",)
    (tmp_path / "model.onnx").write_bytes(onnx("elsewhere.data"))
    assert scanned(tmp_path)["weights.data"].formats == ("unknown",)


@pytest.mark.parametrize(
    ("first", "text"),
    [
        ("requirements.txt", "-r further.lst"),
        ("conda.yaml", "dependencies: [pip: [-r further.lst]]"),
        ("MLmodel", "flavors: {python_function: {env: {virtualenv: further.lst}}}"),
        ("MLmodel", "flavors: {python_function: {env: further.lst}}"),
    ],
)
@pytest.mark.parametrize(("line", "told"), [("git+https://example.com/x", True), ("numpy", False)])
def test_what_is_installed_from_a_file_of_any_name(
    tmp_path: Path, first: str, text: str, line: str, *, told: bool
) -> None:
    """A file that another one has installed is read for what that says it is."""
    (tmp_path / first).write_text(text)
    (tmp_path / "further.lst").write_text(f"dependencies: [{line}]" if first == "MLmodel" else line)
    reports = scanned(tmp_path)
    assert (rules(reports[first]) == ["requirement-not-from-index"]) is told
    assert (rules(reports[first]) == []) is not told
    assert reports["further.lst"].formats == ("inert",)
