"""The generator writes what was seen, less what is denied, with its provenance."""

import json
import shutil
import sys
from pathlib import Path

from tests.corpus.import_builder import Opcodes, call, called, made, named, push, stream
from tools.allowlist.__main__ import collect
from tools.allowlist.environments import Environment, list_saved, read_environments
from tools.allowlist.listing import CALLED, MADE, NAMED, Listing
from tools.allowlist.table import Decision, Review, Table, list_uncovered, read_review

NOTHING = Review(limits=(), kept=(), additions=())


def _table(**uses: str) -> Table:
    listing = Listing({(name.replace("__", "."), "thing"): use for name, use in uses.items()})
    table = Table()
    table.add_listing(listing, {"numpy": "1.2.3", "scikit-learn": "1.5.2"}, "3.11")
    return table


def test_a_row_says_use_and_provenance() -> None:
    """The library that the module belongs to, or else Python."""
    table = _table(numpy__core=CALLED, sklearn__tree=MADE, collections=NAMED)
    rows = [line for line in table.text().splitlines() if not line.startswith("#")]
    assert rows == [
        "collections:thing\tnamed\tpython 3.11",
        "numpy.core:thing\tcalled\tnumpy 1.2.3",
        "sklearn.tree:thing\tmade\tscikit-learn 1.5.2",
    ]


def test_versions_are_written_as_a_span() -> None:
    """In order of version, not of text."""
    table = Table()
    for version in ("1.10.0", "1.9.1", "1.2.0"):
        table.add("a:b", NAMED, f"library {version}")
    assert table.text().splitlines()[-1] == "a:b\tnamed\tlibrary 1.2.0..1.10.0"


def test_the_strongest_use_is_kept() -> None:
    """Whatever the order in which environments come."""
    table = Table()
    for use in (MADE, CALLED, NAMED):
        table.add("a:b", use, "library 1")
    assert table.rows["a:b"].use == CALLED


def test_names_with_rules_for_their_arguments_are_left_to_the_rules() -> None:
    """One fact, one home."""
    table = Table()
    table.add_listing(Listing({("builtins", "getattr"): CALLED}), {}, "3.11")
    assert not table.rows


def test_a_denied_name_is_left_out_although_it_was_seen() -> None:
    """Real models import names that must not pass."""
    table = _table(os=CALLED, numpy__core=CALLED)
    assert table.review(NOTHING).keys() == {"os:thing"}
    assert table.rows.keys() == {"numpy.core:thing"}


def test_a_person_may_keep_limit_and_add() -> None:
    """Each with a reason."""
    table = _table(os=CALLED, numpy__core=CALLED, numpy__lib=CALLED)
    review = Review(
        kept=(Decision(("os:thing",), "looked at"),),
        limits=(Decision(("numpy.core:thing",), "too strong", MADE), Decision(("/numpy\\.l.*/",), "not needed")),
        additions=(Decision(("a:b",), "source", NAMED),),
    )
    table.add_reviewed(review)
    assert table.review(review) == {"numpy.lib:thing": "not needed"}
    assert {name: row.use for name, row in table.rows.items()} == {
        "os:thing": CALLED,
        "numpy.core:thing": MADE,
        "a:b": NAMED,
    }


def test_an_expression_covers_whole_names() -> None:
    """Never a part of one."""
    decision = Decision(("/a:b+/", "c:d"), "")
    assert decision.covers("a:bb")
    assert not decision.covers("xa:bb")
    assert not decision.covers("c:dd")


def test_files_are_listed_under_both_spellings(tmp_path: Path) -> None:
    """Protocols 0 to 2 mean two names; methods are mapped by their class."""
    (tmp_path / "a.pickle").write_bytes(call("__builtin__", "xrange", 3, protocol=2))
    lower = called(named("__builtin__", "getattr", 2), named("__builtin__", "unicode", 2), "lower")
    (tmp_path / "b.pickle").write_bytes(stream(lower, 2))
    (tmp_path / "c.pickle").write_bytes(stream(Opcodes(made(named("a", "D")).data + push(1) + push(2) + b"s")))
    found = list_saved(tmp_path)
    assert found.uses["__builtin__", "xrange"] == found.uses["builtins", "range"] == CALLED
    assert found.uses["builtins", "str.lower"] == NAMED
    assert found.filled == {("a", "D")}


def test_the_tables_of_the_repository_can_be_read() -> None:
    """Environments are pinned, and every decision has a reason."""
    environments = list(read_environments())
    assert len({environment.name for environment in environments}) == len(environments)
    for environment in environments:
        assert all(
            "==" in item or item.partition("<")[0] in {"nose", "mock", "pytest", "Cython", "typing-extensions"}
            for item in environment.requirements
        )
    review = read_review()
    for decision in (*review.limits, *review.kept, *review.additions):
        assert decision.reason


def test_a_second_table_is_held_against_the_first() -> None:
    """More of a name, or more items put in, is a difference; less is none."""
    written = "# head\na:b\tmade\tx 1\nc:d\tcalled+items\tx 1\n"
    assert list_uncovered("a:b\tnamed\ty 2\nc:d\tcalled\ty 2\n", written) == []
    assert list_uncovered("a:b\tcalled\ty 2\ne:f\tnamed\ty 2\n", written) == ["a:b called", "e:f named"]
    assert list_uncovered(written, "a:b\tmade\tx 1\nc:d\tcalled\tx 1\n") == ["c:d called+items"]


def _saved(cache: Path, name: str, data: bytes) -> Environment:
    directory = cache / "saved" / name
    (directory / "one").mkdir(parents=True)
    (directory / "one" / "a.pickle").write_bytes(data)
    (directory / "versions.json").write_text(json.dumps({"library": "1.0"}))
    installed = cache / "environments" / name / "installed"
    installed.parent.mkdir(parents=True)
    installed.touch()
    return Environment(name=name, python="3.11", requirements=(), savers=("one",))


def test_an_environment_that_fails_costs_only_itself(tmp_path: Path) -> None:
    """It is named with the reason, and those behind it are still listed."""
    good = _saved(tmp_path, "good", call("library", "thing"))
    broken = _saved(tmp_path, "broken", b"\x80\x04no pickle")
    missing = Environment(name="missing", python="9.9", requirements=(), savers=("one",))
    table = Table()
    failures = collect([broken, missing, good], table, tmp_path)
    assert failures.keys() == {"broken", "missing"}
    assert "a.pickle" in failures["broken"]
    assert "python9.9" in failures["missing"]
    assert str(table.rows["library:thing"]) == "called\tlibrary 1.0"


def test_a_removed_environment_keeps_what_it_saved(tmp_path: Path) -> None:
    """A second run needs neither the libraries nor pip."""
    good = _saved(tmp_path, "good", call("library", "thing"))
    for _ in range(2):
        table = Table()
        assert collect([good], table, tmp_path, remove=True) == {}
        assert table.rows.keys() == {"library:thing"}
        assert not (tmp_path / "environments" / "good").exists()


def test_a_saver_that_was_cut_off_starts_anew(tmp_path: Path) -> None:
    """Files of the first try do not stay among those of the second."""
    good = _saved(tmp_path, "good", b"")
    shutil.rmtree(tmp_path / "saved" / "good" / "one")
    unfinished = tmp_path / "saved" / "good" / "one.unfinished"
    unfinished.mkdir()
    (unfinished / "old.pickle").touch()
    python = tmp_path / "environments" / "good" / "bin" / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    (tmp_path / "runner.py").write_text("import pathlib, sys; pathlib.Path(sys.argv[2]).mkdir()")
    saved = good.saved(tmp_path, savers=tmp_path)
    assert list((saved / "one").iterdir()) == []
