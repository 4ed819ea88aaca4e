"""XML is read without expanding what explodes or reaches out, whatever the bytes are."""

from collections import Counter
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanners.expansion import Body, expanded
from scanners.formats import Format, Malformed, Part, openvino, pmml, xml
from scanners.limits import Budget, BudgetExceeded, Limits
from scanners.sources import BytesSource
from scanners.xml_events import Doctype, End, Start, Text, events
from scanners.xml_kinds import xml_kind
from tests.corpus.documents import SAMPLES, doctype, net, svg
from tests.corpus.documents import pmml as document
from tests.scanners.damage import broken_off, changed

FILES = sorted({build() for build in SAMPLES.values()}, key=lambda data: (len(data), data))


def survives(data: bytes) -> None:
    """Tell the bytes, and read them by every reader whether they fit or not."""
    xml_kind(BytesSource(data), data[:4096])
    for read in (openvino.read, pmml.read, xml.read):
        with suppress(Malformed, BudgetExceeded):
            list(read(Part(source=BytesSource(data), name="x", budget=Budget(Limits()))))


@given(st.binary(max_size=300) | st.text(alphabet="<>&;!?[]%'\"= aE\0\xff", max_size=80).map(str.encode))
def test_any_bytes(data: bytes) -> None:
    """Nothing but our own errors."""
    survives(data)
    survives(b"<" + data)


@given(changed(FILES))
def test_changed_files(file: bytes) -> None:
    """Files of the corpus with bytes replaced."""
    survives(file)


@pytest.mark.parametrize("file", FILES, ids=len)
def test_truncated_files(file: bytes) -> None:
    """Every file of the corpus, broken off at many places."""
    for beginning in broken_off(file):
        survives(beginning)


def test_events_of_a_document() -> None:
    """Elements without their namespaces, texts, and where elements stand; across windows."""
    found = list(events(BytesSource(b'<p:a xmlns:p="u" p:b="1">' + b"x" * 200_000 + b"<c/></p:a>")))
    assert [event for event in found if not isinstance(event, Text)] == [
        Start("a", {"b": "1"}, 0),
        Start("c", {}, 200_025),
        End("c"),
        End("a"),
    ]
    assert sum(len(event.text) for event in found if isinstance(event, Text)) == 200_000


def test_nothing_behind_a_refused_document_type_is_parsed() -> None:
    """The root is never reached, so that nothing of it can be expanded."""
    found = list(events(BytesSource(document("&l9;", before=doctype("PMML", '<!ENTITY l9 SYSTEM "/etc/passwd">')))))
    assert [type(event) for event in found] == [Doctype]


def test_an_entity_in_an_attribute_of_the_root_is_bounded() -> None:
    """Small entities are put in, until the document becomes many times what it is."""
    entity = doctype("svg", f'<!ENTITY e "{"x" * 9000}">')
    data = f'{entity}<svg a="{"&e;" * 5000}"/>'.encode()
    with pytest.raises((BudgetExceeded, Malformed)):
        list(events(BytesSource(data)))
    assert xml_kind(BytesSource(data), data[:4096]) is Format.XML


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (net(), Format.OPENVINO),
        (b"\xef\xbb\xbf \n" + net().split(b"?>", 1)[1], Format.OPENVINO),
        (document(), Format.PMML),
        (document(encoding="utf-16"), Format.PMML),
        (svg(""), None),
        (b"<net>", None),
        (b"<html><br></html>", None),
        (b"a < b", None),
        (b"<", None),
    ],
)
def test_kinds(data: bytes, kind: Format | None) -> None:
    """The root element decides."""
    assert xml_kind(BytesSource(data), data[:4096]) is kind


def test_what_names_come_to() -> None:
    """Counted without being made; what stands for itself comes to no end."""
    bodies = {f"l{level}": Body(0, Counter({f"l{level - 1}": 10})) for level in range(1, 60)}
    assert expanded(Body(1, Counter(l59=1)), {"l0": Body(3), **bodies}) == 1 << 63
    assert expanded(Body(1, Counter(l2=2)), {"l0": Body(3), **bodies}) == 601
    assert expanded(Body(), {"a": Body(0, Counter(b=1)), "b": Body(0, Counter(a=1))}) is None
    assert expanded(Body(7, Counter(elsewhere=5)), {}) == 7
