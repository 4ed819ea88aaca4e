"""The generator writes what was seen, less what is denied, with its provenance."""

from pathlib import Path

from tests.corpus.import_builder import Opcodes, call, called, made, named, push, stream
from tools.allowlist.environments import list_saved, read_environments
from tools.allowlist.listing import CALLED, MADE, NAMED, Listing
from tools.allowlist.table import Decision, Review, Table, read_review

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
