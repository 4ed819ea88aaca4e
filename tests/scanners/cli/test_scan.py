"""`weighbridge scan` as a user runs it: exit codes, streams, bad input."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from examples import models

REPOSITORY = Path(__file__).parents[3]


def scan(*arguments, stdin: bytes | None = None, command: str = "scan") -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, str(REPOSITORY / "weighbridge.py"), command, *map(str, arguments)],
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
    )
    output, errors = done.stdout.decode(), done.stderr.decode()
    assert "Traceback" not in output + errors
    return subprocess.CompletedProcess(done.args, done.returncode, output, errors)


@pytest.fixture
def volumes(tmp_path: Path) -> Path:
    models.write(tmp_path)
    return tmp_path


def test_a_clean_directory_is_0_and_says_what_was_looked_at(volumes) -> None:
    """A clean run still counts its files."""
    done = scan(volumes / "good")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("2 files")


@pytest.mark.parametrize(
    ("volume", "rule"),
    [
        ("trojan", "import-runs-code"),
        ("broken", "import-runs-code"),
        ("array", "import-runs-code"),
        ("unknown", "import-not-recognised"),
    ],
)
def test_a_bad_file_is_1_and_names_the_rule(volumes, volume, rule) -> None:
    """Each of the demo's bad volumes is found for its own reason."""
    done = scan(volumes / volume)
    assert done.returncode == 1
    assert rule in done.stdout


def test_findings_win_over_what_was_not_examined(volumes) -> None:
    """Exit 1 although a path is missing; both are reported."""
    done = scan(volumes / "trojan", volumes / "no-such-file")
    assert done.returncode == 1
    assert "UNEXAMINED" in done.stdout


def test_a_missing_path_is_2_and_named(tmp_path) -> None:
    """Could not look is never nothing found."""
    done = scan(tmp_path / "no-such-file")
    assert done.returncode == 2
    assert "no-such-file" in done.stdout
    assert "No such file or directory" in done.stdout


def test_an_empty_directory_is_3(tmp_path) -> None:
    """Nothing to scan is a result of its own."""
    done = scan(tmp_path)
    assert done.returncode == 3
    assert "nothing to scan" in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--no-such-option", "x"),
        ("--fail-on", "bad", "x"),
        ("--jobs", "0", "x"),
        ("--max-depth", "0", "x"),
        ("--max-ratio", "many", "x"),
        ("--form", "json", "x"),
    ],
    ids=" ".join,
)
def test_usage_errors_are_4(arguments) -> None:
    """One sentence that names the option, and where to read more."""
    done = scan(*arguments)
    assert done.returncode == 4
    assert done.stdout == ""
    assert "weighbridge scan" in done.stderr


def test_fail_on_raises_the_threshold(volumes) -> None:
    """A MEDIUM finding passes under --fail-on high, and is still shown."""
    done = scan("--fail-on", "high", volumes / "unknown")
    assert done.returncode == 0
    assert "import-not-recognised" in done.stdout


def test_allow_import_adds_an_exact_name(volumes) -> None:
    """The operator can vouch for a name, and for that name alone."""
    assert scan("--allow-import", "acme_ranking.Model", volumes / "unknown").returncode == 0
    assert scan("--allow-import", "acme_ranking.Mode", volumes / "unknown").returncode == 1


def test_allow_import_cannot_clear_a_dangerous_name(volumes) -> None:
    """A name that is known to run code stays so."""
    assert scan("--allow-import", "posix.system", volumes / "trojan").returncode == 1


def test_standard_input(volumes) -> None:
    """A model can come through a pipe."""
    data = (volumes / "trojan" / "model.pt").read_bytes()
    done = scan("--stdin-name", "model.pt", "-", stdin=data)
    assert done.returncode == 1
    assert "model.pt!archive/data.pkl" in done.stdout


def test_exclude(volumes) -> None:
    """What is left out is left out by its path below the directory."""
    done = scan("--exclude", "trojan/*", "--exclude", "[abu]*/*", volumes)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_pattern_that_leaves_nothing_out_is_told(volumes) -> None:
    """A directory's name alone, or a path that begins with a dot, looks right and is not."""
    done = scan("--exclude", "trojan", "--exclude", "./array/*", "--exclude", "broken/*", volumes)
    assert done.returncode == 1
    assert [line.partition(" leaves")[0] for line in done.stderr.splitlines()] == [
        "weighbridge scan: --exclude ./array/*",
        "weighbridge scan: --exclude trojan",
    ]


@pytest.mark.parametrize("form", ["json", "sarif", "modelscan-json"])
def test_documents_go_to_a_file(volumes, tmp_path, form) -> None:
    """--output writes the same document that standard output would get."""
    target = tmp_path / "report"
    written = scan("--format", form, "--output", target, volumes / "trojan")
    assert (written.returncode, written.stdout) == (1, "")
    piped = scan("--format", form, volumes / "trojan")
    assert json.loads(target.read_text()).keys() == json.loads(piped.stdout).keys()


def test_modelscan_names_files_below_a_folder(volumes) -> None:
    """As ModelScan does: `absolute_path` is a directory, and sources are relative to it."""
    one = json.loads(scan("--format", "modelscan-json", volumes / "trojan" / "model.pt").stdout)
    assert (one["summary"]["absolute_path"], one["issues"][0]["source"]) == (
        str(volumes / "trojan"),
        "model.pt:archive/data.pkl",
    )
    several = json.loads(scan("--format", "modelscan-json", volumes / "trojan", volumes / "good").stdout)
    assert several["summary"]["absolute_path"] == str(volumes)
    assert several["issues"][0]["source"] == "trojan/model.pt:archive/data.pkl"


def test_an_output_that_cannot_be_written_is_4(volumes) -> None:
    """A clear sentence, not a traceback."""
    done = scan("--output", "/no/such/directory/report", volumes / "good")
    assert done.returncode == 4
    assert "/no/such/directory/report" in done.stderr


def test_the_number_of_jobs_changes_nothing(volumes) -> None:
    """The report is the same to the byte."""
    assert (
        scan("--format", "json", "--jobs", "1", volumes).stdout
        == scan("--format", "json", "--jobs", "4", volumes).stdout
    )


def test_special_files_are_findings_not_waits(tmp_path) -> None:
    """A FIFO and a socket neither hang the scanner nor pass."""
    os.mkfifo(tmp_path / "model.pt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "model.sock"))
        done = scan(tmp_path)
    assert done.returncode == 1
    assert done.stdout.count("special-file") == 3


def test_a_loop_of_directories_ends(tmp_path) -> None:
    """A link to a parent is not walked for ever."""
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "loop").symlink_to("..", target_is_directory=True)
    (tmp_path / "a" / "notes.txt").write_text("words")
    assert scan(tmp_path).returncode == 0


def test_hostile_names_are_escaped(tmp_path) -> None:
    """A name with control characters cannot write on the terminal."""
    (tmp_path / "model\x1b[2J\n.pkl").write_bytes(models.unknown_import())
    done = scan(tmp_path)
    assert done.returncode == 1
    assert "\x1b" not in done.stdout
    assert "model\\x1b[2J\\n.pkl" in done.stdout


@pytest.mark.parametrize("command", ["rules", "formats"])
def test_lists(command) -> None:
    """Both lists print as text and as JSON."""
    assert scan(command=command).returncode == 0
    assert json.loads(scan("--format", "json", command=command).stdout)


def test_what_was_not_examined_is_told_with_a_remedy(volumes) -> None:
    """The report and `weighbridge rules REASON` say the same."""
    done = scan(volumes / "broken", volumes / "no-such-file")
    told = done.stdout.splitlines()
    assert "malformed: The content breaks its format in a way that hides what follows. " in done.stdout
    assert "unreadable: The file, or the directory, could not be read. " in done.stdout
    explained = scan("malformed", command="rules").stdout
    assert explained.startswith("malformed (UNEXAMINED)\n")
    (line,) = [line for line in told if line.startswith("malformed: ")]
    assert line.endswith(
        next(line for line in explained.splitlines() if line.startswith("Remedy: ")).removeprefix("Remedy: ")
    )


def test_one_rule_is_explained() -> None:
    """`weighbridge rules ID` says why and what to do; an unknown id is a usage error."""
    done = scan("import-runs-code", command="rules")
    assert "Remedy:" in done.stdout
    assert scan("no-such-rule", command="rules").returncode == 4
