"""Names: what leaves the folder of extraction, by any reading."""

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.archives.names import Names, judge_hard_link, judge_link, judge_name, leaves


def rules(findings) -> set[str]:
    return {finding.rule for finding in findings}


@pytest.mark.parametrize(
    "name", ["a", "a/b", "./a", "a/../b", "a..b", "...", "a/...", "weights (1).bin", "モデル/重み"]
)
def test_honest_names_say_nothing(name: str) -> None:
    """Dots, spaces and letters of any script are no fault."""
    assert not rules(judge_name(name, 0))


@pytest.mark.parametrize(
    "name", ["../a", "a/../../b", "/a", "\\a", "C:a", "c:\\a", "..\\a", "a\\..\\..\\b", "//host/a"]
)
def test_names_that_leave(name: str) -> None:
    """Absolute, with a drive, or climbing above the start, by either separator."""
    assert "archive-name-leaves" in rules(judge_name(name, 0))


@given(st.lists(st.sampled_from(["a", "b", "..", "."]), max_size=8))
def test_leaving_is_what_normalising_shows(steps: list[str]) -> None:
    """A path whose normal form starts with `..` leaves; the other direction is stricter, since it counts every step."""
    path = "/".join(steps)
    if posixpath.normpath(path or ".").startswith(".."):
        assert leaves(path)


@pytest.mark.parametrize(
    ("name", "target", "rule"),
    [
        ("a/b", "c", "archive-link"),
        ("a/b", "../c", "archive-link"),
        ("snapshots/1/model", "../../blobs/2", "archive-link"),
        ("a/b", "../../c", "archive-link-leaves"),
        ("b", "..", "archive-link-leaves"),
        ("b", "/etc", "archive-link-leaves"),
        ("a/b", "c/../../d", "archive-link-leaves"),
    ],
)
def test_symbolic_links(name: str, target: str, rule: str) -> None:
    """A target counts from the folder of the link, and may not climb behind a name that may be a link itself."""
    assert rules(judge_link(name, target, 0)) == {rule}


@pytest.mark.parametrize(("target", "rule"), [("a/b", "archive-link"), ("../b", "archive-link-leaves")])
def test_hard_links(target: str, rule: str) -> None:
    """A target counts from the root of the archive."""
    assert rules(judge_hard_link("a/b/c", target, 0)) == {rule}


def test_the_second_of_two_names_is_reported() -> None:
    """The same name, and the same but for case or separators, are told apart."""
    names = Names()
    assert not rules(names.judge("a/B", 0))
    assert rules(names.judge("a/B", 1)) == {"archive-duplicate-member"}
    assert rules(names.judge("A//b", 2)) == {"archive-twin-member"}
    assert rules(names.judge("a\\b", 2)) == {"archive-twin-member"}
    assert not rules(names.judge("a/B2", 3))


def test_names_behind_a_link() -> None:
    """What is extracted behind a link lands where the link points to."""
    names = Names()
    names.add_link("here")
    assert rules(names.judge("here/x", 0)) == {"archive-link-leaves"}
    assert not rules(names.judge("heres/x", 0))
