"""Requirements are told by where their packages come from."""

import pytest

from scanners.directory.requirements import judge_requirement, lines


@pytest.mark.parametrize(
    "line",
    [
        "",
        "# git+https://example.com/x.git",
        "torch",
        "torch==2.6.0+cu124",
        "torch[extra]>=2,<3; sys_platform == 'linux'",
        "torch @ 2.0",
        "-r requirements-more.txt",
        "-c constraints.txt",
        "--no-index",
        "--pre",
        "-i https://pypi.org/simple",
        "--extra-index-url https://download.pytorch.org/whl/cu124",
        "--hash=sha256:00",
        "numpy  # from https://example.com",
        "python=3.11",
        "conda-forge::numpy",
        "conda-forge/linux-64::numpy=2",
        "zipp",
        "editdistance",
    ],
)
def test_the_public_index_is_no_finding(line: str) -> None:
    """Pinned or not, with markers, hashes and comments."""
    assert list(judge_requirement(line, "line 1")) == []


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("-i https://example.com/simple", "another index"),
        ("--index-url=https://example.com/simple", "another index"),
        ("--extra-index-url https://pypi.org.example.com/simple", "another index"),
        ("-f ./wheels", "another index"),
        ("--trusted-host example.com", "another index"),
        ("git+ssh://git@example.com/x.git", "an address"),
        ("x@git+https://example.com/x.git", "an address"),
        ("X @ FILE:///x", "an address"),
        ("https://example.com/x.whl", "an address"),
        ("-e git+https://example.com/x.git#egg=x", "editable"),
        ("--editable=.", "editable"),
        ("-e.", "editable"),
        ("./x", "a file or folder"),
        ("../x", "a file or folder"),
        ("/x", "a file or folder"),
        ("~/x", "a file or folder"),
        ("wheels/x", "a file or folder"),
        ("x.whl", "a file or folder"),
        ("x.tar.gz ; python_version > '3'", "a file or folder"),
        ("-r https://example.com/requirements.txt", "outside"),
        ("-r/etc/requirements.txt", "outside"),
        ("x --config-settings=a=b", "options"),
    ],
)
def test_other_sources_are_findings(line: str, what: str) -> None:
    """Whatever way pip lets a file say it."""
    (finding,) = judge_requirement(line, "line 1")
    assert finding.rule == "requirement-not-from-index"
    assert what in finding.evidence


def test_lines_are_joined_where_a_backslash_ends_them() -> None:
    """A line that goes on counts as one, with the number of its first."""
    assert list(lines("a \\\n b\nc\\")) == [(1, "a  b"), (3, "c")]
