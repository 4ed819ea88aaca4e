"""What is built into the images, and what is said of them: the trimmed root, the digests for the chart."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
import yaml

from tests.test_requirements import ROOT
from tools import images, trim_image

if TYPE_CHECKING:
    from pathlib import Path

LIBRARY = "usr/lib/x86_64-linux-gnu"
STATUS = """\
Package: libused
Architecture: amd64
Status: install ok installed

Package: bash
Architecture: amd64
Status: install ok installed

"""
FILES = {
    "usr/bin/python3.11": b"\x7fELF\0libpython3.11.so.1.0\0",
    "usr/bin/bash": b"\x7fELF",
    "usr/sbin/ldconfig": b"\x7fELF",
    f"{LIBRARY}/libpython3.11.so.1.0": b"\x7fELF\0libz.so.1\0",
    f"{LIBRARY}/libz.so.1.2.13": b"\x7fELF",
    f"{LIBRARY}/libused.so.1": b"\x7fELF\0libdeep.so.2\0",
    f"{LIBRARY}/libdeep.so.2": b"\x7fELF",
    f"{LIBRARY}/libapt-pkg.so.6.0": b"\x7fELF\0libdeep.so.2\0",
    f"{LIBRARY}/libnss_dns.so.2": b"\x7fELF",
    f"{LIBRARY}/gconv/UTF-7.so": b"\x7fELF",
    "usr/lib/python3.11/os.py": b"",
    "usr/lib/python3.11/pydoc_data/topics.py": b"",
    "usr/lib/python3.11/lib-dynload/_ssl.so": b"\x7fELF\0/usr/lib/libused.so.1\0",
    "opt/weighbridge/weighbridge.py": b"ANSWER = 42\n",
    "opt/weighbridge/kubernetes/client.py": b"ANSWER = 43\n",
    "opt/weighbridge/h5py/tests/test_file.py": b"",
    "etc/bash.bashrc": b"",
    "etc/ssl/certs/ca.pem": b"",
    "usr/share/zoneinfo/UTC": b"",
    "usr/share/bash-completion/bash": b"",
    "var/lib/dpkg/status": STATUS.encode(),
    "var/lib/dpkg/info/libused:amd64.list": f"/.\n/{LIBRARY}\n/{LIBRARY}/libused.so.1\n".encode(),
    "var/lib/dpkg/info/bash.list": b"/.\n/bin\n/bin/bash\n/etc/bash.bashrc\n",
}
STAYS = {
    "usr/bin/python3.11",
    f"{LIBRARY}/libpython3.11.so.1.0",
    f"{LIBRARY}/libz.so.1.2.13",
    f"{LIBRARY}/libused.so.1",
    f"{LIBRARY}/libdeep.so.2",
    f"{LIBRARY}/libnss_dns.so.2",
    "usr/lib/python3.11/os.py",
    "usr/lib/python3.11/lib-dynload/_ssl.so",
    "opt/weighbridge/weighbridge.py",
    "etc/bash.bashrc",
    "etc/ssl/certs/ca.pem",
    "usr/share/zoneinfo/UTC",
    "var/lib/dpkg/status",
}


@pytest.fixture(scope="module")
def root(tmp_path_factory) -> Path:
    """Return a small root, trimmed."""
    root = tmp_path_factory.mktemp("root")
    for name, content in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(content)
    (root / "bin").symlink_to("usr/bin")
    (root / LIBRARY / "libz.so.1").symlink_to("libz.so.1.2.13")
    trim_image.main(root)
    return root


def test_what_runs_stays_and_nothing_else(root) -> None:
    """The interpreter, its library, what they name, and links with what they lead to; no shell, no package manager."""
    left = {str(path.relative_to(root)) for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc"}
    assert {name for name in left if not name.startswith("bin/")} - {f"{LIBRARY}/libz.so.1"} == STAYS
    assert (root / LIBRARY / "libz.so.1").exists()


def test_the_list_of_packages_is_true(root) -> None:
    """A package of which only settings are left is no longer listed."""
    status = (root / "var/lib/dpkg/status").read_text()
    assert "Package: libused" in status
    assert "bash" not in status


def test_generated_code_is_compiled_alone(root) -> None:
    """And runs without its source, as what has its source beside it runs from the compiled form."""
    own = root / "opt/weighbridge"
    assert list(own.glob("__pycache__/weighbridge.*.pyc"))
    code = "import kubernetes.client, weighbridge; print(weighbridge.ANSWER, kubernetes.client.ANSWER)"
    command = [sys.executable, "-IS", "-c", f"import sys; sys.path.insert(0, {str(own)!r}); {code}"]
    assert subprocess.run(command, check=True, capture_output=True, text=True).stdout == "42 43\n"


def test_the_digest_is_the_registrys() -> None:
    """Not the image's id, nor the digest in another repository."""
    inspected = [{"Id": "sha256:1", "RepoDigests": ["other/gate@sha256:2", "r.example.com:5000/s/gate@sha256:3"]}]
    assert images.digest_in(inspected, "r.example.com:5000/s/gate") == "sha256:3"
    with pytest.raises(LookupError, match="was it pushed"):
        images.digest_in([{"RepoDigests": None}], "r.example.com/gate")


def test_what_is_printed_are_values_of_the_chart() -> None:
    """As YAML, under the names that values.yaml has."""
    printed = yaml.safe_load(images.values("r.example.com/s", {"webhook": "sha256:1", "gate": "sha256:2"}))
    chart = yaml.safe_load((ROOT / "helm/weighbridge/values.yaml").read_text())["images"]
    assert printed == {
        "images": {"registry": "r.example.com/s", "webhook": {"digest": "sha256:1"}, "gate": {"digest": "sha256:2"}}
    }
    assert printed["images"].keys() <= chart.keys()
    assert {chart[target]["repository"] for target in images.TARGETS} == {
        f"weighbridge/{each}" for each in images.TARGETS
    }


def test_an_engine_that_is_not_there_is_named(capsys, monkeypatch) -> None:
    """Before anything is built."""
    monkeypatch.setattr(sys, "argv", ["images", "r.example.com", "--engine", "no-such-engine"])
    with pytest.raises(SystemExit):
        images.main()
    assert "no-such-engine" in capsys.readouterr().err


@pytest.mark.parametrize("failing", ["build", "push", "image", "digest", ""])
def test_a_step_of_the_engine_that_fails_ends_with_a_sentence(tmp_path, capfd, monkeypatch, failing) -> None:
    """What the engine said, which step it was, no values, and no traceback; values where every step succeeds."""
    digest = (
        '[{"RepoDigests": ["r.example.com/weighbridge/\'${name%:*}\'@sha256:1"]}]' if failing != "digest" else "[{}]"
    )
    engine = tmp_path / "engine"
    engine.write_text(
        f"""#!/bin/sh
[ "$1" = "{failing}" ] && {{ echo "the daemon is away" >&2; exit 7; }}
for word in "$@"; do name=${{word##*/}}; done
[ "$1" = image ] && echo '{digest}'
exit 0
"""
    )
    engine.chmod(0o755)
    monkeypatch.setattr(sys, "argv", ["images", "r.example.com/", "--engine", str(engine)])
    assert images.main() == (1 if failing else 0)
    printed, told = capfd.readouterr()
    assert bool(printed) == (not failing)
    if failing:
        assert told.splitlines()[-1].startswith("not published: ")
    if failing in {"build", "push", "image"}:
        assert told.startswith("the daemon is away\n")
        assert told.endswith("ended with 7\n")
