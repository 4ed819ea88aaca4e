"""The gate from arguments to exit code, on real files in real directories."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from initcontainer.contract import TerminationMessage, Verdict, decode
from initcontainer.gate import main
from scanners.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from scanners.findings import FileReport

REPOSITORY = Path(__file__).parents[2]

# PROTO 4, SHORT_BINUNICODE module and name, STACK_GLOBAL, an argument, TUPLE1, REDUCE, STOP; built by hand, never loaded.
RUNS_CODE = b"\x80\x04\x8c\x02os\x8c\x06system\x8c\x04echo\x85R.".replace(b"system\x8c", b"system\x93\x8c")
NOT_RECOGNISED = b"\x80\x04\x8c\x0bmyownthings\x8c\x05Thing\x93)R."
HARMLESS = b"\x80\x04}\x8c\x01a\x4b\x01s."
UNKNOWN = bytes(range(256)) * 8


class Gate:
    """One gate over one directory."""

    def __init__(self, root: Path, message_path: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.root = root
        self.message_path = message_path
        self._capture = capture

    def write(self, name: str, content: bytes) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def run(self, *arguments: str, volume: str = "--volume=/mnt/models") -> int:
        return main(
            [volume, f"--mounted-at={self.root}", f"--termination-message-path={self.message_path}", *arguments]
        )

    @property
    def message(self) -> TerminationMessage:
        return decode(self.message_path.read_text())

    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._capture.readouterr().out.splitlines()]


@pytest.fixture(autouse=True)
def default_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the tests off the machine's `/dev`, and off their own message where they run in a pod."""
    path = tmp_path / "termination-log"
    monkeypatch.setattr("initcontainer.gate.TERMINATION_MESSAGE_PATH", str(path))
    monkeypatch.setattr("initcontainer.options.TERMINATION_MESSAGE_PATH", str(path))
    return path


@pytest.fixture
def gate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Gate:
    """Return a gate over an empty directory."""
    (tmp_path / "volume").mkdir()
    return Gate(tmp_path / "volume", tmp_path / "message", capsys)


def test_a_clean_volume_passes(gate: Gate) -> None:
    """Exit 0, and the message says how much was looked at."""
    gate.write("weights.pkl", HARMLESS)
    gate.write("config.json", b'{"a": 1}')
    assert gate.run("--policy=default", "--policy-hash=0123456789abcdef") == 0
    message = gate.message
    assert message.verdict is Verdict.PASS
    assert (message.files, message.bytes) == (2, len(HARMLESS) + 8)
    assert (message.policy, message.policy_hash, message.scanner) == ("default", "0123456789abcdef", "0.1.0")
    assert message.reason == "2 files examined, nothing found"
    assert message.complete


def test_a_malicious_pickle_blocks(gate: Gate) -> None:
    """Exit 1; the message names rule, callable and file as the server sees it."""
    gate.write("nested/evil.pkl", RUNS_CODE)
    assert gate.run() == 1
    message = gate.message
    assert message.verdict is Verdict.BLOCK
    assert message.counts[Severity.CRITICAL] == 1
    (finding,) = message.findings
    assert (finding.rule, finding.path) == ("import-runs-code", "/mnt/models/nested/evil.pkl")
    assert finding.name.endswith("system")
    assert message.reason == f"import-runs-code {finding.name} in /mnt/models/nested/evil.pkl"


def test_what_is_not_examined_keeps_the_gate_shut(gate: Gate) -> None:
    """Could not look is not nothing found."""
    gate.write("model.xyz", UNKNOWN)
    assert gate.run() == 2
    assert gate.message.verdict is Verdict.ERROR
    assert gate.message.gaps == 1
    assert gate.message.reason.startswith("not examined: /mnt/models/model.xyz")


def test_a_finding_wins_over_what_is_not_examined(gate: Gate) -> None:
    """The worse news is told."""
    gate.write("a.xyz", UNKNOWN)
    gate.write("evil.pkl", RUNS_CODE)
    assert gate.run() == 1
    assert gate.message.verdict is Verdict.BLOCK
    assert gate.message.gaps == 1


def test_a_finding_below_the_threshold_warns(gate: Gate) -> None:
    """The server starts, and the metric shows it."""
    gate.write("own.pkl", NOT_RECOGNISED)
    assert gate.run() == 1
    assert gate.run("--fail-on=high") == 0
    assert gate.message.verdict is Verdict.WARN
    assert gate.message.counts[Severity.MEDIUM] == 1
    assert gate.message.reason == "1 findings below high, 0 waived"


def test_an_allowed_import_passes(gate: Gate) -> None:
    """Exact names of one's own code."""
    gate.write("own.pkl", NOT_RECOGNISED)
    assert gate.run("--allow-import=myownthings.Thing") == 0
    assert gate.message.verdict is Verdict.PASS


def test_a_dangerous_import_cannot_be_allowed(gate: Gate) -> None:
    """An allowlist is for what is not known, not for what is known to be dangerous."""
    gate.write("evil.pkl", RUNS_CODE)
    assert gate.run("--allow-import=os.system", "--allow-import=posix.system") == 1


@pytest.mark.parametrize(
    ("waiver", "exit_code"),
    [
        ("rule:import-not-recognised,until:9999-12-31", 0),
        ("rule:import-not-recognised,until:2020-01-01", 1),
        ("rule:import-runs-code,until:9999-12-31", 1),
        ("sha256:{digest},until:9999-12-31", 0),
        ("sha256:{digest},until:2020-01-01", 1),
        ("rule:import-not-recognised,sha256:{digest},until:9999-12-31", 0),
        ("rule:import-runs-code,sha256:{digest},until:9999-12-31", 1),
        ("rule:import-not-recognised,sha256:{other},until:9999-12-31", 1),
    ],
)
def test_waivers_hold_for_their_rule_their_file_and_their_days(gate: Gate, waiver: str, exit_code: int) -> None:
    """Everything in a waiver narrows it."""
    import hashlib

    gate.write("own.pkl", NOT_RECOGNISED)
    digest = hashlib.sha256(NOT_RECOGNISED).hexdigest()
    assert gate.run(f"--waive={waiver.format(digest=digest, other='0' * 64)}") == exit_code
    assert gate.message.waived == 1 - exit_code
    assert gate.message.verdict is (Verdict.BLOCK if exit_code else Verdict.WARN)


def test_a_waiver_does_not_examine(gate: Gate) -> None:
    """What could not be looked at is not accepted by accepting a rule."""
    gate.write("own.pkl", NOT_RECOGNISED)
    gate.write("model.xyz", UNKNOWN)
    assert gate.run("--waive=rule:import-not-recognised,until:9999-12-31") == 2


def test_an_empty_volume_is_an_error_unless_it_may_be(gate: Gate) -> None:
    """A gate before the downloader would see exactly this."""
    (gate.root / "only" / "directories").mkdir(parents=True)
    (gate.root / "dangling").symlink_to("nothing")
    assert gate.run() == 2
    assert gate.message.reason == "not examined: the volume at /mnt/models is empty"
    assert gate.run(volume="--volume-may-be-empty=/mnt/models") == 0
    assert gate.message.verdict is Verdict.PASS


def test_a_volume_of_waived_oddities_is_still_empty(gate: Gate) -> None:
    """A waived FIFO is not a model."""
    os.mkfifo(gate.root / "pipe")
    assert gate.run() == 1
    assert gate.run("--waive=rule:special-file,until:9999-12-31") == 2


def test_a_volume_that_is_not_mounted_is_an_error_even_if_it_may_be_empty(gate: Gate) -> None:
    """Empty means that someone looked."""
    gate.root.rmdir()
    assert gate.run(volume="--volume-may-be-empty=/mnt/models") == 2
    assert gate.message.gaps == 1


def test_each_volume_is_judged(gate: Gate, tmp_path: Path) -> None:
    """One clean volume does not excuse the other."""
    gate.write("weights.pkl", HARMLESS)
    second = tmp_path / "second"
    second.mkdir()
    assert gate.run("--volume=/adapters", f"--mounted-at={second}") == 2
    (second / "evil.pkl").write_bytes(RUNS_CODE)
    assert gate.run("--volume=/adapters", f"--mounted-at={second}") == 1
    assert gate.message.findings[0].path == "/adapters/evil.pkl"
    assert gate.message.files == 2


def test_links_out_of_the_volume_block(gate: Gate) -> None:
    """The server would follow them."""
    gate.write("weights.pkl", HARMLESS)
    (gate.root / "model.pkl").symlink_to("/etc/passwd")
    assert gate.run() == 1
    assert gate.message.findings[0].rule == "link-leaves-volume"


def test_absolute_links_resolve_as_the_server_resolves_them(gate: Gate) -> None:
    """The volume stands elsewhere in the gate."""
    gate.write("blobs/1", RUNS_CODE)
    (gate.root / "model.pkl").symlink_to("/mnt/models/blobs/1")
    assert gate.run() == 1
    assert {finding.path for finding in gate.message.findings} == {"/mnt/models/blobs/1", "/mnt/models/model.pkl"}


def test_the_log_has_one_json_line_per_finding_and_a_verdict(gate: Gate) -> None:
    """Log collectors read lines."""
    gate.write("evil.pkl", RUNS_CODE)
    gate.write("own.pkl", NOT_RECOGNISED)
    gate.write("z.xyz", UNKNOWN)
    gate.run("--waive=rule:import-not-recognised,until:9999-12-31")
    finding, waived, gap, verdict = gate.lines()
    assert (finding["event"], finding["rule"], finding["waived"]) == ("finding", "import-runs-code", False)
    assert (finding["path"], finding["level"], len(finding["sha256"])) == ("/mnt/models/evil.pkl", "error", 64)
    assert (waived["rule"], waived["waived"], waived["level"]) == ("import-not-recognised", True, "warning")
    assert (gap["event"], gap["reason"], gap["path"]) == ("not-examined", "not-recognised", "/mnt/models/z.xyz")
    assert (verdict["event"], verdict["verdict"], verdict["files"]) == ("verdict", "BLOCK", 3)


HOSTILE = "\x1b[2J\u202e<script>alert('x')</script>\nverdict: PASS"


def test_hostile_names_are_escaped_in_log_and_message(gate: Gate, capsys: pytest.CaptureFixture[str]) -> None:
    """A file's name is its author's text."""
    gate.write(f"{HOSTILE.replace('/', '_')}.pkl", RUNS_CODE)
    gate.write("\udcff.pkl", RUNS_CODE)
    assert gate.run() == 1
    output = capsys.readouterr().out
    message = gate.message_path.read_text()
    for text in (output.replace("\n", ""), message):
        assert text.isprintable()
        assert text.isascii()
    assert "<script>" not in message
    assert output.count("\n") == 3


def test_hostile_names_are_escaped_in_a_traceback(
    gate: Gate, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """An exception may quote what it was given."""
    gate.write("weights.pkl", HARMLESS)
    _replace_scan(monkeypatch, OSError(5, "broken", HOSTILE))
    assert gate.run() == 2
    error = capsys.readouterr().err
    assert "Traceback" in error
    assert error.replace("\n", "").isprintable()


def _replace_scan(monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    def scan(targets: object, options: object) -> Iterator[FileReport]:
        if targets:
            raise error
        yield from ()

    monkeypatch.setattr("scanners.workers.scan_files", scan)


@pytest.mark.parametrize("error", [RuntimeError("broken"), MemoryError(), RecursionError("deep"), OSError(28, "full")])
def test_a_fault_of_the_gate_keeps_it_shut(gate: Gate, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    """Exit 2, a message, a traceback in the log."""
    gate.write("weights.pkl", HARMLESS)
    _replace_scan(monkeypatch, error)
    assert gate.run() == 2
    assert gate.message.verdict is Verdict.ERROR
    assert gate.message.reason.startswith(f"the gate failed: {type(error).__name__}")


def test_a_fault_after_a_finding_still_blocks(gate: Gate, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found is not forgotten."""
    gate.write("weights.pkl", HARMLESS)
    (gate.root / "link").symlink_to("/etc")
    _replace_scan(monkeypatch, RuntimeError("broken"))
    assert gate.run() == 1
    assert gate.message.verdict is Verdict.BLOCK
    assert gate.message.reason == "the gate failed: RuntimeError: broken"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--nothing"],
        ["--volume"],
        ["--volume=relative"],
        ["--fail-on=never"],
        ["--volume=/a", "--volume=/b", "--mounted-at=/x"],
    ],
)
def test_wrong_arguments_are_explained_and_keep_the_gate_shut(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 4; the pod's status says it too, since nobody reads the log of an init container first."""
    path = tmp_path / "message"
    assert main([f"--termination-message-path={path}", *arguments]) == 4
    assert "--help" in capsys.readouterr().err
    assert decode(path.read_text()).verdict is Verdict.ERROR
    assert decode(path.read_text()).reason.startswith("usage: ")


@pytest.mark.parametrize(
    "argument", ["--jobs=0", "--jobs=-1", "--jobs=\u0663", "--jobs=1001", "--jobs", "--mounted-at="]
)
def test_wrong_surroundings_are_explained(argument: str, capsys: pytest.CaptureFixture[str]) -> None:
    """These never stand in a pod, so nobody waits for a message."""
    assert main(["--volume=/a", argument]) == 4
    assert argument.partition("=")[0] in capsys.readouterr().err


def test_the_default_message_path_is_never_made(gate: Gate, default_path: Path) -> None:
    """Outside of Kubernetes `/dev` is the machine's."""
    gate.write("weights.pkl", HARMLESS)
    assert main(["--volume=/mnt/models", f"--mounted-at={gate.root}"]) == 0
    assert not default_path.exists()


def test_the_default_message_path_is_written_where_the_kubelet_made_it(gate: Gate, default_path: Path) -> None:
    """As in a pod, where nobody gives another."""
    gate.write("evil.pkl", RUNS_CODE)
    default_path.write_text("x" * 5000)
    assert main(["--volume=/mnt/models", f"--mounted-at={gate.root}"]) == 1
    assert decode(default_path.read_text()).verdict is Verdict.BLOCK


def test_a_message_that_cannot_be_written_changes_no_verdict(
    gate: Gate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The exit code is what holds the server back."""
    gate.write("evil.pkl", RUNS_CODE)
    gate.message_path = tmp_path
    assert gate.run() == 1
    assert "cannot write" in capsys.readouterr().err


def test_help_explains_every_argument(capsys: pytest.CaptureFixture[str]) -> None:
    """And asking for it is no mistake, while giving no argument is one."""
    from initcontainer.contract.arguments import LIMITS

    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    known = ["--volume", "--volume-may-be-empty", "--fail-on", "--policy", "--policy-hash", "--allow-import", "--waive"]
    for argument in [*known, *LIMITS, "--mounted-at", "--termination-message-path", "--jobs", "exit codes"]:
        assert argument in text
    assert main([]) == 4
    assert "usage" in capsys.readouterr().err


_SLOW = """
import sys, time
sys.path.insert(0, sys.argv[1])
import scanners.workers
def scan_files(targets, options):
    print("scanning", flush=True)
    time.sleep(60)
    yield
scanners.workers.scan_files = scan_files
from initcontainer.gate import main
sys.exit(main(sys.argv[2:]))
"""


@pytest.fixture
def slow_gate(gate: Gate) -> Iterator[subprocess.Popen[str]]:
    """Start a gate in a process of its own and wait until it scans."""
    gate.write("weights.pkl", HARMLESS)
    arguments = ["--volume=/m", f"--mounted-at={gate.root}", f"--termination-message-path={gate.message_path}"]
    command = [sys.executable, "-I", "-c", _SLOW, str(REPOSITORY), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "scanning\n"
        yield process
        process.kill()


def test_until_there_is_a_verdict_the_message_says_error(gate: Gate, slow_gate: subprocess.Popen[str]) -> None:
    """A gate that the kernel kills cannot say anything any more."""
    slow_gate.kill()
    assert slow_gate.wait() == -signal.SIGKILL
    assert gate.message.verdict is Verdict.ERROR
    assert gate.message.reason == "the gate did not finish: it was killed, or ran out of memory"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_interrupted_gate_says_so(gate: Gate, slow_gate: subprocess.Popen[str], number: signal.Signals) -> None:
    """The pod was deleted, or someone pressed Ctrl-C."""
    slow_gate.send_signal(number)
    assert slow_gate.wait(timeout=30) == 2
    assert gate.message.verdict is Verdict.ERROR
    assert gate.message.reason == "the gate was interrupted after 0 files"


def test_the_command_runs_isolated_from_its_environment(gate: Gate) -> None:
    """`python -I` sees neither PYTHON* variables nor the working directory."""
    gate.write("evil.pkl", RUNS_CODE)
    (gate.root / "json.py").write_text("raise SystemExit(0)\n")
    (gate.root / "sitecustomize.py").write_text("raise SystemExit(0)\n")
    program = "import sys; sys.path.append(sys.argv.pop(1)); from weighbridge import main; sys.exit(main())"
    arguments = ["gate", "--volume=/m", f"--mounted-at={gate.root}", f"--termination-message-path={gate.message_path}"]
    environment = {"PYTHONPATH": str(gate.root), "PYTHONSTARTUP": str(gate.root / "json.py")}
    command = [sys.executable, "-I", "-c", program, str(REPOSITORY), *arguments]
    done = subprocess.run(command, cwd=gate.root, env=environment, check=False, capture_output=True)
    assert done.returncode == 1, done.stderr


def test_nothing_heavy_is_imported_for_a_plain_volume(gate: Gate) -> None:
    """
    Every GPU node starts this program: no h5py, rich or Kubernetes client, and little of Python's own library.

    Without `site`, which may import any of it for an editable installation.
    """
    gate.write("weights.pkl", HARMLESS)
    gate.write("model.safetensors", b"\x02\0\0\0\0\0\0\0{}")
    program = (
        "import sys; sys.path.append(sys.argv.pop(1)); from initcontainer.gate import main;"
        "code = main(sys.argv[1:]); print(code, *sys.modules)"
    )
    arguments = ["--volume=/m", f"--mounted-at={gate.root}", f"--termination-message-path={gate.message_path}"]
    command = [sys.executable, "-IS", "-c", program, str(REPOSITORY), *arguments]
    *_, last = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    code, *modules = last.split()
    assert code == "0"
    heavy = {"argparse", "h5py", "numpy", "google.protobuf", "rich", "yaml", "msgspec", "aiohttp", "kopf", "kubernetes"}
    heavy |= {"dataclasses", "datetime", "inspect", "pathlib", "selectors", "shutil", "socket", "tempfile", "typing"}
    heavy |= {
        "scanners.archives.zip_records",
        "scanners.imports.allowlist",
        "scanners.imports.arguments",
        "scanners.rules",
    }
    never = {"pickle", "_pickle", "marshal", "torch", "tensorflow", "ctypes"}
    assert not (heavy | never) & set(modules) - {"marshal"}


@pytest.mark.skipif(os.geteuid() != 0, reason="changes uids")
def test_an_unreadable_file_names_uid_and_mode(gate: Gate, as_nobody: Callable[[Callable[[], int]], int]) -> None:
    """The message alone must be enough to repair it."""
    gate.write("model.bin", HARMLESS).chmod(0o600)
    gate.message_path.touch()
    gate.message_path.chmod(0o666)
    assert as_nobody(gate.run) == 2
    assert "uid 65532 (groups 65532) may not read it: mode 0600, owner 0:0" in gate.message.reason


@pytest.fixture
def as_nobody(tmp_path: Path) -> Callable[[Callable[[], int]], int]:
    """Return a function that runs another in a forked child under an unprivileged uid, and returns what it returned."""
    for parent in (tmp_path, *tmp_path.parents[:-1]):
        if parent.stat().st_mode & 0o055 != 0o055:
            parent.chmod(parent.stat().st_mode | 0o055)

    def run(action: Callable[[], int]) -> int:
        child = os.fork()
        if child == 0:
            code = 99
            try:
                os.setgroups([])
                os.setresgid(65532, 65532, 65532)
                os.setresuid(65532, 65532, 65532)
                code = action()
            finally:
                os._exit(code)
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    return run
