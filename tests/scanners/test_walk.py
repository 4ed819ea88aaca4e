"""Walking real directories: links inside, links outside, things that are no files, and what may not be read."""

from __future__ import annotations

import os
import socket
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from scanners.findings import Examined, FileReport, Reason
from scanners.walk import DEEPEST, WalkedFile, walk

if TYPE_CHECKING:
    from collections.abc import Callable

NOBODY = 65532

needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="changes owners and uids")


def _files(root: Path, **options: str) -> dict[str, str]:
    """Return path below the root -> content, as read through the walk; fail on anything that is no file."""
    found = {}
    for entry in walk(str(root), **options):  # type: ignore[arg-type]
        assert isinstance(entry, WalkedFile), entry
        assert entry.name not in found
        found[entry.name] = _content(entry)
    return found


def _content(file: WalkedFile) -> str:
    descriptor = file.open()
    try:
        return os.read(descriptor, 1000).decode()
    finally:
        os.close(descriptor)


def _reports(root: Path, **options: str) -> dict[str, FileReport]:
    entries = walk(str(root), **options)  # type: ignore[arg-type]
    return {entry.path.removeprefix(f"{root}/"): entry for entry in entries if isinstance(entry, FileReport)}


def _rules(root: Path, **options: str) -> dict[str, list[str]]:
    return {path: [finding.rule for finding in report.findings] for path, report in _reports(root, **options).items()}


def _write(path: Path, content: str = "x") -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def test_every_file_comes_in_a_fixed_order_hidden_ones_too(tmp_path: Path) -> None:
    """Two runs over the same bytes give the same report."""
    for name in ("b.bin", "a/z", "a/.hidden/deep", ".cache", "a-b", "Z", "ä", "a/y"):
        _write(tmp_path / name, name)
    found = _files(tmp_path)
    assert list(found) == [".cache", "Z", "a/.hidden/deep", "a/y", "a/z", "a-b", "b.bin", "ä"]
    assert all(name == content for name, content in found.items())


def test_paths_are_those_of_the_caller_or_of_the_server(tmp_path: Path) -> None:
    """A person looks for the file where the server has it."""
    _write(tmp_path / "a" / "model.bin")
    assert [entry.path for entry in walk(str(tmp_path))] == [f"{tmp_path}/a/model.bin"]
    assert [entry.path for entry in walk(f"{tmp_path}/")] == [f"{tmp_path}/a/model.bin"]
    assert [entry.path for entry in walk(str(tmp_path), server_path="/mnt/models")] == ["/mnt/models/a/model.bin"]
    assert [entry.path for entry in walk(str(tmp_path), server_path="/")] == ["/a/model.bin"]


def test_a_root_that_is_a_file_is_that_file_by_the_servers_name(tmp_path: Path) -> None:
    """A sub-path may be a file; loaders go by its name in the server."""
    _write(tmp_path / "0", "content")
    (entry,) = walk(str(tmp_path / "0"), server_path="/mnt/models/model.pkl")
    assert isinstance(entry, WalkedFile)
    assert entry.path == "/mnt/models/model.pkl"
    assert _content(entry) == "content"


def test_a_root_may_be_reached_through_a_link(tmp_path: Path) -> None:
    """The operator named it."""
    _write(tmp_path / "real" / "a")
    (tmp_path / "link").symlink_to("real")
    assert list(_files(tmp_path / "link")) == ["a"]


def test_a_root_that_is_missing_is_not_examined(tmp_path: Path) -> None:
    """A mount that is not there is no empty volume."""
    (report,) = walk(str(tmp_path / "none"))
    assert isinstance(report, FileReport)
    assert report.examined is Examined.NOT
    assert report.gaps[0].reason is Reason.UNREADABLE


def test_an_empty_directory_yields_nothing(tmp_path: Path) -> None:
    """What that means is the caller's to say."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    assert list(walk(str(tmp_path))) == []


def test_the_layout_of_the_hugging_face_cache(tmp_path: Path) -> None:
    """Snapshots link to blobs by relative links; a blob is read by its own name and by that of the snapshot."""
    _write(tmp_path / "models--x" / "blobs" / "0a1b", "weights")
    snapshot = tmp_path / "models--x" / "snapshots" / "main"
    snapshot.mkdir(parents=True)
    (snapshot / "pytorch_model.bin").symlink_to("../../blobs/0a1b")
    assert _files(tmp_path) == {
        "models--x/blobs/0a1b": "weights",
        "models--x/snapshots/main/pytorch_model.bin": "weights",
    }


def test_a_second_link_of_the_same_name_adds_nothing(tmp_path: Path) -> None:
    """The same bytes under the same name mean the same to every loader."""
    _write(tmp_path / "blobs" / "0a1b")
    for revision in ("one", "two"):
        (tmp_path / revision).mkdir()
        (tmp_path / revision / "model.bin").symlink_to("../blobs/0a1b")
    assert list(_files(tmp_path)) == ["blobs/0a1b", "one/model.bin"]


def test_another_name_is_another_file_to_a_loader(tmp_path: Path) -> None:
    """A link called `.txt` must not stand for the same bytes called `.pkl`."""
    _write(tmp_path / "model.pkl")
    (tmp_path / "harmless.txt").symlink_to("model.pkl")
    assert set(_files(tmp_path)) == {"model.pkl", "harmless.txt"}


def test_hard_links_are_files_of_their_own(tmp_path: Path) -> None:
    """Inode numbers prove nothing on file systems in user space."""
    _write(tmp_path / "a.bin")
    os.link(tmp_path / "a.bin", tmp_path / "b.bin")
    assert set(_files(tmp_path)) == {"a.bin", "b.bin"}


def test_the_layout_of_a_config_map(tmp_path: Path) -> None:
    """The kubelet swaps `..data` between directories; keys link through it."""
    _write(tmp_path / "..2026_11_22" / "model.pkl", "payload")
    (tmp_path / "..data").symlink_to("..2026_11_22")
    (tmp_path / "model.pkl").symlink_to("..data/model.pkl")
    (tmp_path / "renamed.txt").symlink_to("..data/model.pkl")
    assert _files(tmp_path) == {"..2026_11_22/model.pkl": "payload", "renamed.txt": "payload"}


def test_absolute_links_below_the_servers_path_resolve_into_the_root(tmp_path: Path) -> None:
    """They lead there in the server, whatever they lead to here."""
    _write(tmp_path / "blobs" / "1", "inside")
    (tmp_path / "model.bin").symlink_to("/mnt/models/blobs/1")
    (tmp_path / "again.bin").symlink_to("/mnt//./models/blobs/../model.bin")
    assert _files(tmp_path, server_path="/mnt/models") == {
        "again.bin": "inside",
        "blobs/1": "inside",
        "model.bin": "inside",
    }


def test_absolute_links_below_the_root_resolve_where_there_is_no_server(tmp_path: Path) -> None:
    """On a laptop the directory is where it is."""
    _write(tmp_path / "real" / "1", "inside")
    (tmp_path / "real" / "model.bin").symlink_to(tmp_path / "real" / "1")
    (tmp_path / "link").symlink_to("real")
    assert _files(tmp_path / "real") == {"1": "inside", "model.bin": "inside"}
    assert _files(tmp_path / "link") == {"1": "inside", "model.bin": "inside"}


@pytest.mark.parametrize(
    "target",
    [
        "/etc/passwd",
        "/",
        "/mnt",
        "/mnt/models2/x",
        "/mnt/models/../models/inside",
        "/mnt/../mnt/models/inside",
        "/proc/1/root/models",
        "..",
        "../x",
        "directory/../../x",
        "./../x",
        "directory/up/../../x",
        "through/x",
        "/MNT/MODELS/inside",
    ],
)
def test_links_that_leave_are_findings(tmp_path: Path, target: str) -> None:
    """The server would follow them to something that nobody examined; also where nothing stands there today."""
    root = tmp_path / "root"
    _write(root / "directory" / "file")
    _write(root / "inside")
    _write(tmp_path / "x", "outside")
    (root / "directory" / "up").symlink_to("..")
    (root / "through").symlink_to("directory/up/..")
    (root / "evil.bin").symlink_to(target)
    rules = _rules(root, server_path="/mnt/models")
    assert rules["/mnt/models/evil.bin"] == ["link-leaves-volume"]


def test_the_target_of_a_link_that_leaves_is_told(tmp_path: Path) -> None:
    """The owner must know what to copy."""
    (tmp_path / "a").symlink_to("/etc/passwd")
    (report,) = _reports(tmp_path).values()
    assert report.findings[0].evidence == "links to /etc/passwd"


def test_a_chain_that_leaves_at_its_end_is_a_finding_for_each_link(tmp_path: Path) -> None:
    """Any of them can be the one that is loaded."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("/etc/passwd")
    assert _rules(tmp_path) == {"a": ["link-leaves-volume"], "b": ["link-leaves-volume"]}


@pytest.mark.parametrize(
    "target", ["missing", "missing/file", "file/below", "directory/../missing", "/mnt/models/none"]
)
def test_links_that_lead_nowhere_inside_are_nothing(tmp_path: Path, target: str) -> None:
    """No server can open them."""
    _write(tmp_path / "file")
    (tmp_path / "directory").mkdir()
    (tmp_path / "link").symlink_to(target)
    assert list(_files(tmp_path, server_path="/mnt/models")) == ["file"]


def test_loops_of_links_are_not_followed_and_said(tmp_path: Path) -> None:
    """A loop is not silently dropped: a chain that is merely long looks the same."""
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    (tmp_path / "self").symlink_to("self")
    reports = _reports(tmp_path)
    assert set(reports) == {"a", "b", "self"}
    assert all(report.gaps[0].reason is Reason.UNREADABLE for report in reports.values())


def test_directories_that_contain_themselves_are_entered_once(tmp_path: Path) -> None:
    """Links to directories are names, not places."""
    _write(tmp_path / "a" / "file")
    (tmp_path / "a" / "again").symlink_to(".")
    (tmp_path / "a" / "parent").symlink_to("..")
    (tmp_path / "b").symlink_to("a")
    assert list(_files(tmp_path)) == ["a/file"]


def test_a_link_through_a_link_to_a_directory_resolves_as_the_kernel_does(tmp_path: Path) -> None:
    """`..` after a link means the parent of where the link leads."""
    _write(tmp_path / "a" / "b" / "target", "right")
    _write(tmp_path / "target", "wrong")
    (tmp_path / "short").symlink_to("a/b/c")
    (tmp_path / "a" / "b" / "c").mkdir()
    (tmp_path / "link.bin").symlink_to("short/../target")
    assert _files(tmp_path)["link.bin"] == (tmp_path / "link.bin").read_text() == "right"


def test_special_files_are_findings_and_are_not_opened(tmp_path: Path) -> None:
    """Opening a FIFO would wait for a writer for ever."""
    os.mkfifo(tmp_path / "pipe.pkl")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(tmp_path / "listen"))
    assert _rules(tmp_path) == {"listen": ["special-file"], "pipe.pkl": ["special-file"]}
    assert {report.findings[0].evidence for report in _reports(tmp_path).values()} == {"FIFO", "socket"}


def test_a_root_that_is_special_is_a_finding(tmp_path: Path) -> None:
    """A sub-path may name one."""
    os.mkfifo(tmp_path / "pipe")
    (report,) = walk(str(tmp_path / "pipe"), server_path="/mnt/models")
    assert isinstance(report, FileReport)
    assert (report.path, report.findings[0].rule) == ("/mnt/models", "special-file")


@needs_root
def test_devices_are_findings(tmp_path: Path) -> None:
    """A hostPath may hold them."""
    try:
        os.mknod(tmp_path / "null", stat.S_IFCHR | 0o666, os.makedev(1, 3))
    except PermissionError:
        pytest.skip("may not make devices here")
    (report,) = _reports(tmp_path).values()
    assert report.findings[0].evidence == "character device"


def test_names_that_are_no_text_survive(tmp_path: Path) -> None:
    """File names are bytes."""
    os.close(os.open(os.fsencode(tmp_path) + b"/\xff\n.pkl", os.O_CREAT | os.O_WRONLY))
    assert list(_files(tmp_path)) == ["\udcff\n.pkl"]


def test_too_many_entries_are_said_once(tmp_path: Path) -> None:
    """The rest is not examined, and the report does not repeat it for every directory."""
    for directory in range(5):
        for file in range(5):
            _write(tmp_path / str(directory) / str(file))
    entries = list(walk(str(tmp_path), most_entries=12))
    gaps = [entry for entry in entries if isinstance(entry, FileReport)]
    assert len(gaps) == 1
    assert gaps[0].gaps[0].reason is Reason.BUDGET
    assert 5 <= len(entries) - len(gaps) <= 7
    assert not [entry for entry in walk(str(tmp_path), most_entries=30) if isinstance(entry, FileReport)]


def test_a_tree_that_is_too_deep_is_said(tmp_path: Path) -> None:
    """Deeper than any model repository, and than Python's stack should go."""
    descriptor = os.open(tmp_path, os.O_RDONLY)
    for _ in range(DEEPEST + 3):
        os.mkdir("d", dir_fd=descriptor)
        inner = os.open("d", os.O_RDONLY, dir_fd=descriptor)
        os.close(descriptor)
        descriptor = inner
    os.close(descriptor)
    (report,) = _reports(tmp_path).values()
    assert report.gaps[0].reason is Reason.BUDGET
    assert report.path.count("/d") == DEEPEST + 1


def test_a_file_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    """Between the listing and the opening someone may swap it."""
    _write(tmp_path / "a", "inside")
    (entry,) = walk(str(tmp_path))
    assert isinstance(entry, WalkedFile)
    (tmp_path / "a").unlink()
    (tmp_path / "a").symlink_to("/etc/passwd")
    with pytest.raises(OSError, match="replaced by a link"):
        entry.open()


def test_a_directory_that_became_a_link_is_not_followed(tmp_path: Path) -> None:
    """The same, one level up."""
    _write(tmp_path / "root" / "a" / "passwd", "inside")
    (entry,) = walk(str(tmp_path / "root"))
    assert isinstance(entry, WalkedFile)
    (tmp_path / "root" / "a").rename(tmp_path / "moved")
    (tmp_path / "root" / "a").symlink_to("/etc")
    with pytest.raises(OSError):  # noqa: PT011 the kernel chooses between ELOOP and ENOTDIR
        entry.open()


def test_a_file_that_became_a_fifo_does_not_hold_the_scanner_up(tmp_path: Path) -> None:
    """Opening does not wait; the caller sees that it is no regular file."""
    _write(tmp_path / "a")
    (entry,) = walk(str(tmp_path))
    assert isinstance(entry, WalkedFile)
    (tmp_path / "a").unlink()
    os.mkfifo(tmp_path / "a")
    descriptor = entry.open()
    assert stat.S_ISFIFO(os.fstat(descriptor).st_mode)
    os.close(descriptor)


def _open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_descriptors_are_given_back(tmp_path: Path) -> None:
    """A walk over a million directories must not end at the thousandth."""
    for index in range(20):
        _write(tmp_path / str(index) / "file")
        (tmp_path / str(index) / "link").symlink_to(f"../{index}/file")
    before = _open_descriptors()
    assert len(_files(tmp_path)) == 40
    assert _open_descriptors() == before


def _in_child(action: Callable[[], str]) -> str:
    """Return what `action` says in a forked child that has dropped to an unprivileged uid for good."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setresgid(NOBODY, NOBODY, NOBODY)
            os.setresuid(NOBODY, NOBODY, NOBODY)
            os.write(writing, action().encode())
        except BaseException as error:  # noqa: BLE001 the parent's assertion shows it
            os.write(writing, f"child failed: {error!r}".encode())
        finally:
            sys.stdout.flush()
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        text = pipe.read().decode()
    os.waitpid(child, 0)
    return text


@pytest.fixture
def open_path(tmp_path: Path) -> Path:
    """Return a directory that every uid can reach."""
    for parent in (tmp_path, *tmp_path.parents):
        if parent.stat().st_uid == os.geteuid() and parent.stat().st_mode & 0o055 != 0o055 and parent != parent.parent:
            parent.chmod(parent.stat().st_mode | 0o055)
    return tmp_path


def _refusals(root: Path) -> str:
    told = []
    for entry in walk(str(root)):
        if isinstance(entry, FileReport):
            told += [f"{entry.path}: {gap.detail}" for gap in entry.gaps]
            continue
        try:
            os.close(entry.open())
        except OSError as error:
            told.append(f"{entry.path}: {error.strerror}")
    return "\n".join(told)


@needs_root
def test_an_unreadable_file_says_which_uid_met_which_mode(open_path: Path) -> None:
    """The commonest reason why a gate cannot look; the sentence must hold the remedy."""
    _write(open_path / "model.bin")
    (open_path / "model.bin").chmod(0o600)
    os.chown(open_path / "model.bin", 1000, 2000)
    told = _in_child(lambda: _refusals(open_path))
    expected = "uid 65532 (groups 65532) may not read it: mode 0600, owner 1000:2000"
    assert told.startswith(f"{open_path}/model.bin: {expected}")


@needs_root
def test_an_unreadable_directory_is_not_examined(open_path: Path) -> None:
    """A server that knows the names inside could still open them."""
    _write(open_path / "closed" / "model.bin")
    (open_path / "closed").chmod(0o711)
    told = _in_child(lambda: _refusals(open_path))
    assert "/closed: uid 65532 (groups 65532) may not read it: mode 0711, owner 0:0" in told


@needs_root
def test_a_directory_that_cannot_be_entered_is_not_examined(open_path: Path) -> None:
    """Its names can be listed, its files not opened."""
    _write(open_path / "listed" / "model.bin")
    (open_path / "listed").chmod(0o744)
    told = _in_child(lambda: _refusals(open_path))
    assert "/listed/model.bin: uid 65532 (groups 65532) may not enter its directory: mode 0744, owner 0:0" in told


@needs_root
def test_a_link_into_an_unreadable_directory_is_not_examined(open_path: Path) -> None:
    """Where it leads could not be seen."""
    _write(open_path / "closed" / "inner" / "model.bin")
    (open_path / "closed").chmod(0o700)
    (open_path / "link.bin").symlink_to("closed/inner/model.bin")
    told = _in_child(lambda: _refusals(open_path))
    assert "/link.bin: uid 65532" in told


@needs_root
def test_lost_and_found_is_no_model_directory(open_path: Path) -> None:
    """Every ext4 volume has one that only root can enter; no other server could read from it either."""
    (open_path / "lost+found").mkdir(mode=0o700)
    _write(open_path / "model.bin")
    assert _in_child(lambda: _refusals(open_path)) == ""


@needs_root
def test_lost_and_found_is_examined_wherever_a_server_could_read_it(open_path: Path) -> None:
    """The exception is for root's own directory at the top, which nobody else can enter."""
    _write(open_path / "lost+found" / "evil.pkl")
    assert list(_files(open_path)) == ["lost+found/evil.pkl"]
    (open_path / "lost+found").chmod(0o701)
    assert "lost+found" in _in_child(lambda: _refusals(open_path))
    (open_path / "lost+found").chmod(0o700)
    os.chown(open_path / "lost+found", 1000, 0)
    assert "lost+found" in _in_child(lambda: _refusals(open_path))
    os.chown(open_path / "lost+found", 0, 0)
    (open_path / "lost+found").rename(open_path / "below")
    (open_path / "sub").mkdir()
    (open_path / "below").rename(open_path / "sub" / "lost+found")
    assert "sub/lost+found" in _in_child(lambda: _refusals(open_path))
