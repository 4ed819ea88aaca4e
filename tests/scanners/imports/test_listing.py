"""The generator lists what a stream imports and how strongly it uses each name."""

import pytest

from tests.corpus.import_builder import Opcodes, built, call, called, made, named, stream
from tools.allowlist.listing import CALLED, MADE, NAMED, list_imports

GETATTR = named("builtins", "getattr")


@pytest.mark.parametrize("protocol", [2, 4])
def test_a_name_that_is_stored_is_named(protocol: int) -> None:
    """Whatever the protocol writes imports with."""
    assert list_imports(stream([named("numpy", "mean", protocol)], protocol)).uses == {("numpy", "mean"): NAMED}


def test_reduce_calls_and_newobj_makes() -> None:
    """Two opcodes, two uses."""
    assert list_imports(call("numpy", "dtype", "f4")).uses == {("numpy", "dtype"): CALLED}
    assert list_imports(stream(built(made(named("a.b", "C")), {"x": 1}))).uses == {("a.b", "C"): MADE}


def test_the_reconstructor_makes_its_class() -> None:
    """Protocols 0 and 1 make instances by a call."""
    uses = list_imports(call("copyreg", "_reconstructor", named("a", "C"), named("builtins", "object"), None)).uses
    assert uses == {("copyreg", "_reconstructor"): CALLED, ("a", "C"): MADE, ("builtins", "object"): NAMED}


def test_getattr_of_a_class_is_its_method() -> None:
    """Under the dotted name, with the use that is made of it."""
    uses = list_imports(stream(called(called(GETATTR, named("zoneinfo", "ZoneInfo"), "_unpickle"), "UTC", 1))).uses
    assert uses["zoneinfo", "ZoneInfo._unpickle"] == CALLED
    assert uses["zoneinfo", "ZoneInfo"] == NAMED


def test_getattr_of_an_instance_is_a_method_of_its_class() -> None:
    """Bound methods are pickled so."""
    uses = list_imports(stream(called(GETATTR, made(named("a", "C")), "method"))).uses
    assert uses["a", "C.method"] == NAMED


def test_a_call_of_a_partial_is_a_call_of_its_function() -> None:
    """As pandas 1.3 made its blocks."""
    partial = built(called(named("functools", "partial"), named("a", "f")), (named("a", "f"), (), {"n": 2}, None))
    assert list_imports(stream(called(partial, 1))).uses["a", "f"] == CALLED


def test_the_strongest_use_counts() -> None:
    """Named once and called once is called."""
    both = stream([named("a", "b"), called(named("a", "b"))])
    assert list_imports(both).uses == {("a", "b"): CALLED}


def test_the_memo_keeps_imports() -> None:
    """BINPUT, MEMOIZE and their gets."""
    data = b"\x80\x04" + named("a", "b").data + b"\x94h\x00)R0q\x05h\x05)\x81."
    assert list_imports(data).uses == {("a", "b"): CALLED}


def test_instances_of_protocol_0() -> None:
    """INST and OBJ call."""
    assert list_imports(b"(ia\nb\n.").uses == {("a", "b"): CALLED}
    assert list_imports(b"(ca\nb\no.").uses == {("a", "b"): CALLED}


def test_several_pickles_in_one_stream() -> None:
    """Legacy files of PyTorch stack them."""
    assert list_imports(call("a", "b") + stream(Opcodes(named("c", "d").data))).uses == {
        ("a", "b"): CALLED,
        ("c", "d"): NAMED,
    }
