"""Whatever `weighbridge scan` is given: a sentence or a finding and the documented code, never a traceback or a pass."""

import io
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from examples import models

PROGRAM = str(Path(__file__).parents[3] / "weighbridge.py")
NOTHING = b"\x80\x04N."
"""A pickle of None."""


def run(*words: object, **how: object) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    command = [sys.executable, PROGRAM, *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, **how)  # type: ignore[call-overload]
    assert "Traceback" not in done.stdout + done.stderr
    assert isinstance(done, subprocess.CompletedProcess)
    return done


@pytest.fixture
def trojan(tmp_path: Path) -> Path:
    """Return a model that must not pass."""
    models.write(tmp_path)
    return tmp_path / "trojan" / "model.pt"


@pytest.fixture
def full_disk() -> Iterator[io.FileIO]:
    """Return a device that takes nothing."""
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    with io.FileIO("/dev/full", "w") as device:
        yield device


def test_closed_standard_input_is_not_examined() -> None:
    """Exit 2, and the reason."""
    done = run("scan", "-", preexec_fn=lambda: os.close(0))
    assert (done.returncode, done.stderr) == (2, "")
    assert "standard input is closed" in done.stdout


def test_empty_standard_input_is_nothing_to_scan(tmp_path: Path) -> None:
    """A download that failed must not pass for a clean model."""
    done = run("scan", "-", input="")
    assert (done.returncode, done.stderr) == (3, "weighbridge scan: nothing to scan\n")
    (tmp_path / "model.pkl").write_bytes(NOTHING)
    done = run("scan", "-", tmp_path / "model.pkl", input="")
    assert (done.returncode, done.stderr) == (0, "weighbridge scan: nothing to scan in -\n")


def test_an_empty_path_is_a_usage_error() -> None:
    """A variable that is not set must not scan the current directory."""
    done = run("scan", "")
    assert (done.returncode, done.stdout) == (4, "")
    assert "an empty path" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("scan", "--fromat=json", "x"), "unrecognized arguments: --fromat=json; did you mean --format?"),
        (("check", "--polcy", "x", "y"), "unrecognized arguments: --polcy; did you mean --policy?"),
        (("scan", "--unheard-of", "x"), "unrecognized arguments: --unheard-of\n"),
        (("scan", "--jobs=0", "x"), "argument --jobs: must be a whole number of at least 1, not '0'\n"),
        (("scan", "--max-depth", "-1", "x"), "argument --max-depth: must be a whole number of at least 1, not '-1'\n"),
        (("scan", "--max-ratio=many", "x"), "argument --max-ratio: must be a whole number of at least 1, not 'many'\n"),
        (("scan", "--output", "/no/such/place", "x"), "--output /no/such/place: No such file or directory\n"),
        (("scan", "--metrics-file", "/no/such/place", "x"), "--metrics-file /no/such/place: No such file"),
        (("scan", "--metrics-file", "/", "x"), "--metrics-file /: Is a directory\n"),
        (("rules", "import-run-code"), "no rule is called 'import-run-code'; did you mean import-runs-code?\n"),
    ],
)
def test_a_wrong_argument_is_named_with_what_may_have_been_meant(words: tuple[str, ...], told: str) -> None:
    """The option as it is written on the command line, never a field or a file of ours."""
    done = run(*words)
    assert (done.returncode, done.stdout) == (4, "")
    assert done.stderr.startswith(f"weighbridge {words[0]}: {told}")


def test_a_report_in_a_file_leaves_a_line_for_the_log(tmp_path: Path, trojan: Path) -> None:
    """A step of a pipeline that fails says why where its output is read."""
    done = run("scan", "--format", "json", "--output", tmp_path / "report", trojan)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("weighbridge scan: 1 file, ")
    assert done.stderr.endswith(f"1 CRITICAL, 0 HIGH, 0 MEDIUM, 0 LOW; the report is in {tmp_path}/report\n")


def test_an_empty_directory_beside_others_is_told(tmp_path: Path) -> None:
    """What was looked at does not hide that there was nothing in one of the paths."""
    (tmp_path / "empty").mkdir()
    (tmp_path / "model.pkl").write_bytes(NOTHING)
    done = run("scan", tmp_path / "model.pkl", tmp_path / "empty")
    assert done.returncode == 0
    assert f"nothing to scan in {tmp_path}/empty" in done.stderr


def test_several_paths_are_reported_in_their_order(tmp_path: Path, trojan: Path) -> None:
    """The worst decides the code, the order is the user's."""
    (tmp_path / "model.pkl").write_bytes(NOTHING)
    done = run("scan", tmp_path / "missing", trojan, tmp_path / "model.pkl")
    assert done.returncode == 1
    assert done.stdout.index("missing") < done.stdout.index("import-runs-code")
    assert "3 files" in done.stdout


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_report_that_cannot_be_printed_is_2(trojan: Path, full_disk: io.FileIO, form: str) -> None:
    """A full disk is no result, and no traceback."""
    command = [sys.executable, PROGRAM, "scan", "--format", form, str(trojan)]
    done = subprocess.run(command, stdout=full_disk, stderr=subprocess.PIPE, timeout=120, check=False)
    assert done.returncode == 2
    assert done.stderr.splitlines() == [b"weighbridge scan: [Errno 28] No space left on device"]


def test_a_report_that_cannot_be_saved_is_2(trojan: Path, full_disk: io.FileIO) -> None:
    """The same where the report goes to a file."""
    done = run("scan", "--output", full_disk.name, trojan)
    assert (done.returncode, done.stdout) == (2, "")
    assert "No space left on device" in done.stderr


@pytest.mark.parametrize(
    "words", [("scan", "--format", "json"), ("rules", "--format", "json"), ("formats",)], ids=lambda words: words[0]
)
def test_a_reader_that_leaves_is_no_fault(trojan: Path, words: tuple[str, ...]) -> None:
    """`| head` ends the command without complaint, as the shell knows it; a short report may be written by then."""
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, PROGRAM, *words, *([str(trojan)] if words[0] == "scan" else [])]
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, timeout=120, check=False)
    os.close(writing)
    assert (done.returncode, done.stderr) == (141, b"")


def test_an_interrupt_ends_at_once_and_quietly() -> None:
    """Ctrl-C while standard input is awaited: the code a shell gives, no traceback."""
    command = [sys.executable, PROGRAM, "scan", "--format", "json", "-", "/no/such/file"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None
    process.stdin.write(NOTHING * 100_000)  # more than a pipe holds: once it is taken, the command is reading
    process.stdin.flush()
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=120)
    assert (process.returncode, output, errors) == (130, b"", b"")


def test_ten_thousand_levels_of_lists_are_read() -> None:
    """Nesting inside a pickle costs no recursion."""
    data = b"\x80\x04" + b"]" * 10_001 + b"a" * 10_000 + b"."
    assert run("scan", "-", stdin=_file(data)).returncode == 0


def test_ten_thousand_levels_of_folders_are_not_examined(tmp_path: Path) -> None:
    """What is not looked at is said."""
    _nest(tmp_path, 10_000)
    done = run("scan", tmp_path)
    subprocess.run(["rm", "-r", tmp_path / "d"], check=True)  # Python's own functions do not reach that deep
    assert done.returncode == 2
    assert "levels of directories" in done.stdout


def test_nested_archives_past_the_limit_are_not_examined() -> None:
    """A hundred archives, one inside the other."""
    data = NOTHING
    for _ in range(100):
        data = _zipped({"inner.zip": data})
    done = run("scan", "-", stdin=_file(data))
    assert done.returncode == 2
    assert "levels of nesting" in done.stdout


def test_a_hundred_thousand_members_are_all_read() -> None:
    """The last one counts like the first."""
    members: dict[str, bytes] = {f"m{number}": b"x" for number in range(100_000)}
    members["last.pkl"] = models.unknown_import()
    done = run("scan", "-", stdin=_file(_zipped(members)))
    assert done.returncode == 1
    assert "last.pkl" in done.stdout


def _file(data: bytes) -> int:
    """Return a descriptor from which the bytes can be read."""
    file = os.memfd_create("input")
    os.write(file, data)
    os.lseek(file, 0, os.SEEK_SET)
    return file


def _zipped(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _nest(directory: Path, levels: int) -> None:
    """Make folders inside each other, deeper than a path can name."""
    current = os.open(directory, os.O_RDONLY)
    for _ in range(levels):
        os.mkdir("d", dir_fd=current)
        inner = os.open("d", os.O_RDONLY, dir_fd=current)
        os.close(current)
        current = inner
    os.close(current)
