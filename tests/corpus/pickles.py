"""Pickle streams: what the machine must see, whatever the stream does to hide it."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests.corpus import joblib_files, torch_legacy_files
from tests.corpus.pickle_builder import (
    ARGUMENTS,
    COMMAND,
    ORDERED,
    SYSTEM,
    SYSTEM_4,
    frame,
    get,
    line_global,
    payload,
    put,
    put_words,
    short,
    stack_global,
    unicode,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PLAIN = b"\x80\x02}q\x00X\x01\x00\x00\x00aq\x01K\x01s."
_REST = short(COMMAND) + b"\x85R."
"""Calls what stands on the stack, and ends."""
_MANY = 1500
"""Values after which the machine passes over runs."""


def _names(module: bytes, name: bytes) -> bytes:
    return b"\x80\x04" + module + name + b"\x93" + _REST


def _nested(data: bytes) -> bytes:
    return b"\x80\x03ctorch.storage\n_load_from_bytes\n" + payload(data) + b"\x85R."


def _latin(data: bytes) -> bytes:
    text = data.decode("latin-1")
    encoded = b"c_codecs\nencode\n" + unicode(text) + unicode("latin1") + b"\x86R"
    return b"\x80\x02ctorch.storage\n_load_from_bytes\n" + encoded + b"\x85R."


_IMPORTS: Mapping[str, bytes] = {
    "pickle-global-reduce.pkl": SYSTEM + b".",
    "pickle-inst.pkl": b"(S'" + COMMAND.encode() + b"'\nios\nsystem\n.",
    "pickle-inst-without-arguments.pkl": b"(ios\nabort\n.",
    "pickle-inst-without-mark.pkl": b"\x80\x02ios\nsystem\n.",
    "pickle-obj.pkl": b"(cos\nsystem\nS'" + COMMAND.encode() + b"'\no.",
    "pickle-obj-popped.pkl": b"(cos\nsystem\nS'" + COMMAND.encode() + b"'\no0N.",
    "pickle-reduce-popped.pkl": SYSTEM + b"0" + b"N.",
    "pickle-newobj.pkl": b"\x80\x02csubprocess\nPopen\n" + unicode("echo") + b"\x85\x81.",
    "pickle-newobj-ex.pkl": b"\x80\x04" + stack_global("subprocess", "Popen") + short("echo") + b"\x85}\x92.",
    "pickle-stack-global.pkl": b"\x80\x04" + SYSTEM_4 + b".",
    "pickle-import-only.pkl": b"\x80\x04" + stack_global("antigravity", "fly") + b"0N.",
    "pickle-import-only-unknown.pkl": b"\x80\x04" + stack_global("attacker_module", "thing") + b"0N.",
    "pickle-reduce-with-list.pkl": b"cos\nsystem\n(S'" + COMMAND.encode() + b"'\nlR.",
    "benign-plain.pkl": _PLAIN,
    "benign-ordered-dict.pkl": b"\x80\x02" + ORDERED + b")R.",
    "benign-import-dropped.pkl": b"\x80\x02" + ORDERED + b"0N.",
    "benign-obj.pkl": b"(ccollections\nOrderedDict\no.",
    "benign-inst.pkl": b"(icollections\nOrderedDict\n.",
    "benign-newobj.pkl": b"\x80\x02" + ORDERED + b")\x81.",
}

_NAMES: Mapping[str, bytes] = {
    "pickle-names-from-memo.pkl": b"\x80\x04"
    + short("os")
    + b"\x940"
    + short("system")
    + b"\x940h\x00h\x01\x93"
    + _REST,
    "pickle-names-from-get-lines.pkl": b"\x80\x04"
    + short("os")
    + b"p7\n0"
    + short("system")
    + b"p8\n0g7\ng8\n\x93"
    + _REST,
    "pickle-names-from-far-memo.pkl": _names(
        unicode("os") + b"r\xff\xff\xff\xff0" + b"j\xff\xff\xff\xff", unicode("system")
    ),
    "pickle-name-duplicated.pkl": b"\x80\x04" + short("pty") + b"2\x930N.",
    "pickle-names-unicode-lines.pkl": _names(b"Vos\n", rb"V\u0073\u0079stem" + b"\n"),
    "pickle-names-string-hex.pkl": _names(rb"S'\x6f\x73'" + b"\n", rb"S'\x73ystem'" + b"\n"),
    "pickle-names-string-octal.pkl": _names(rb"S'\157\163'" + b"\n", rb'S"\163ystem"' + b"\n"),
    "pickle-names-string-continued.pkl": _names(
        b"S'o\\s'\n".replace(b"\\s", b"s"), rb"S's\ystem'".replace(b"\\", b"") + b"\n"
    ),
    "pickle-names-binstring.pkl": _names(b"T\x02\x00\x00\x00os", b"U\x06system"),
    "pickle-names-binunicode8.pkl": _names(
        b"\x8d" + struct.pack("<Q", 2) + b"os", b"\x8d" + struct.pack("<Q", 6) + b"system"
    ),
    "pickle-names-bytes.pkl": _names(b"C\x02os", b"C\x06system"),
    "pickle-names-number.pkl": _names(b"K\x01", b"K\x02"),
    "pickle-names-missing.pkl": b"\x80\x04\x93.",
    "pickle-names-persistent.pkl": b"\x80\x04Pos\n" + short("system") + b"\x93" + _REST,
    "pickle-names-from-import.pkl": b"\x80\x04"
    + stack_global("collections", "OrderedDict")
    + b")R"
    + short("x")
    + b"\x93.",
    "pickle-name-too-long.pkl": _names(unicode("a" * 5000), short("b")),
    "pickle-name-cyrillic.pkl": _names(short("\u043es"), short("system")),
    "pickle-name-fullwidth.pkl": _names(short("\uff4fs"), short("system")),
    "pickle-name-carriage-return.pkl": b"cos\r\nsystem\r\n" + ARGUMENTS + b"R.",
    "pickle-name-space.pkl": b"c os\nsystem\n" + ARGUMENTS + b"R.",
    "pickle-name-empty.pkl": b"\x80\x02cos\n\n.",
    "pickle-name-dotted.pkl": _names(short("pathlib"), short("os.system")),
    "pickle-name-dotted-twice.pkl": _names(short("collections"), short("abc.sys.modules")),
    "pickle-name-dotted-class.pkl": _names(short("collections"), short("OrderedDict.__init__.__globals__")),
    "pickle-name-dotted-old-protocol.pkl": line_global("pathlib", "os.system") + ARGUMENTS + b"R.",
    "pickle-name-at-the-end.pkl": b"\x80\x02cos\nsystemX",
    "benign-names-from-memo.pkl": b"\x80\x04"
    + short("collections")
    + b"\x94"
    + short("OrderedDict")
    + b"\x94\x93\x94)R"
    b"h\x00h\x01\x93)R\x86.",
    "benign-names-spelt-oddly.pkl": b"\x80\x04Vcollections\n" + rb"S'\x4frderedDict'" + b"\n\x93)R.",
}

_PROTOCOLS: Mapping[str, bytes] = {
    "pickle-python2-builtin.pkl": b"\x80\x02c__builtin__\neval\n" + unicode("1") + b"\x85R.",
    "pickle-python2-module.pkl": b"\x80\x02ccommands\ngetoutput\n" + unicode("echo") + b"\x85R.",
    "pickle-python2-name-in-protocol-3.pkl": b"\x80\x03c__builtin__\neval\n" + unicode("1") + b"\x85R.",
    "pickle-protocol-late.pkl": b"N0\x80\x04" + SYSTEM_4 + b".",
    "pickle-protocol-twice.pkl": b"\x80\x02\x80\x04" + SYSTEM_4 + b".",
    "pickle-protocol-lowered.pkl": b"\x80\x04N0\x80\x00ccommands\ngetoutput\n" + ARGUMENTS + b"R.",
    "pickle-protocol-unknown.pkl": b"\x80\x09" + SYSTEM_4 + b".",
    "pickle-protocol-unknown-behind.pkl": b"\x80\x04" + SYSTEM_4 + b"\x80\x09.",
    "benign-protocol-zero.pkl": b"\x80\x00" + ORDERED + b"(tR.",
    "pickle-protocol-stated-twice.pkl": b"\x80\x02\x80\x02N.",
    "benign-python2-object.pkl": b"\x80\x02ccopy_reg\n_reconstructor\nccollections\nOrderedDict\n"
    b"c__builtin__\nobject\nN\x87R.",
}

_FRAMES: Mapping[str, bytes] = {
    "pickle-frame-too-long.pkl": b"\x80\x04" + frame(SYSTEM_4 + b".", 1000),
    "pickle-frame-too-short.pkl": b"\x80\x04" + frame(SYSTEM_4 + b".", 9),
    "pickle-frame-cuts-names.pkl": b"\x80\x04" + frame(b"cxyos\nsystem\n" + _REST, 3),
    "pickle-frame-cuts-text.pkl": b"\x80\x04" + frame(b"V0os\n\x8c\x06system\x93" + _REST, 2),
    "pickle-frame-hides-break.pkl": b"\x80\x04" + frame(b"V\\uos\n\x8c\x06system\x93" + _REST, 3),
    "pickle-frame-in-frame.pkl": b"\x80\x04" + frame(frame(SYSTEM_4 + b".")),
    "pickle-frame-impossible.pkl": b"\x80\x04" + frame(SYSTEM_4 + b".", 1 << 63),
    "benign-frame.pkl": b"\x80\x04" + frame(b"]\x94(K\x01K\x02e."),
    "benign-frames.pkl": b"\x80\x04" + frame(b"]\x94(K\x01") + frame(b"K\x02e."),
    "benign-frame-large-bytes.pkl": b"\x80\x04" + frame(b"]\x94(") + payload(bytes(70_000)) + frame(b"\x94K\x01e."),
    "benign-frame-none-for-the-end.pkl": b"\x80\x04" + frame(b"]\x94(") + payload(bytes(70_000)) + b"e.",
}

_BROKEN: Mapping[str, bytes] = {
    "pickle-broken-behind-payload.pkl": b"\x80\x02" + SYSTEM + b"\xff\xff",
    "pickle-broken-behind-payload-0.pkl": SYSTEM + b"garbage",
    "pickle-broken-without-stop.pkl": b"\x80\x04" + SYSTEM_4,
    "pickle-broken-underflow.pkl": b"\x80\x02" + SYSTEM + b"0R.",
    "pickle-broken-memo.pkl": b"\x80\x02" + SYSTEM + b"h\x63.",
    "pickle-broken-cut-argument.pkl": b"\x80\x02" + SYSTEM + b"X\xff\x00\x00\x00cut",
    "pickle-broken-mark.pkl": b"\x80\x02" + SYSTEM + b"t.",
    "pickle-broken-text.pkl": b"\x80\x02" + SYSTEM + b"X\x01\x00\x00\x00\xff.",
    "pickle-broken-odd-items.pkl": b"\x80\x02" + SYSTEM + b"}(K\x01u.",
    "pickle-broken-before-payload.pkl": b"\x80\x02}(K\x01u" + SYSTEM + b".",
    "pickle-broken-uncallable.pkl": b"\x80\x02K\x01)R" + SYSTEM + b".",
    "pickle-broken-benign.pkl": b"\x80\x02}q\x00X\x01\x00",
    "pickle-empty-stop.pkl": b"\x80\x02.",
}

_LITERALS: Mapping[str, bytes] = {
    "pickle-int-hexadecimal.pkl": b"I0x41\n0" + SYSTEM + b".",
    "pickle-int-octal.pkl": b"I017\n0" + SYSTEM + b".",
    "pickle-int-underscore.pkl": b"I1_000\n0" + SYSTEM + b".",
    "pickle-int-boolean.pkl": b"I01\n0" + SYSTEM + b".",
    "pickle-int-nul.pkl": b"I7\x00not a number\n0" + SYSTEM + b".",
    "pickle-long-binary.pkl": b"L0b101L\n0" + SYSTEM + b".",
    "pickle-long-without-l.pkl": b"L12\n0" + SYSTEM + b".",
    "pickle-float-spaces.pkl": b"F 1_0.5\n0" + SYSTEM + b".",
    "pickle-index-spaces.pkl": b"\x80\x04" + short("os") + b"p +0_7 \n0g7\n" + short("system") + b"\x93" + _REST,
    "pickle-text-surrogate.pkl": b"\x80\x02X\x03\x00\x00\x00\xed\xa0\x800" + SYSTEM + b".",
    "pickle-long-of-no-bytes.pkl": b"\x80\x02\x8b\x00\x00\x00\x000" + SYSTEM + b".",
    "pickle-binstring-not-ascii.pkl": b"\x80\x02T\x01\x00\x00\x00\xe90" + SYSTEM + b".",
    "benign-literals.pkl": b"(I01\nI00\nI0x1F\nL5L\nF1.5\nS'a\\'b'\nVa\\u0062\nt.",
}

_MEMO: Mapping[str, bytes] = {
    "pickle-memo-overwritten.pkl": b"\x80\x04"
    + short("collections")
    + b"q\x000"
    + short("os")
    + b"q\x000h\x00"
    + short("system")
    + b"\x93"
    + _REST,
    "pickle-memoize-counts.pkl": b"\x80\x04"
    + short("os")
    + b"q\x050"
    + short("system")
    + b"\x940h\x05h\x01\x93"
    + _REST,
    "pickle-memoize-over-put.pkl": b"\x80\x04"
    + short("json")
    + b"q\x010"
    + short("os")
    + b"\x940h\x01"
    + short("system")
    + b"\x93"
    + _REST,
    "pickle-memo-type-changes.pkl": b"\x80\x04"
    + short("os")
    + b"q\x000]q\x000"
    + short("os")
    + b"q\x000h\x00"
    + short("system")
    + b"\x93"
    + _REST,
    "pickle-callable-from-memo.pkl": b"cos\nsystem\np5\n0g5\n" + ARGUMENTS + b"R.",
    "pickle-mark-dropped-by-pop.pkl": b"(0" + SYSTEM + b".",
    "pickle-pop-mark.pkl": b"\x80\x02" + line_global("os", "system") + b"(K\x01K\x021" + ARGUMENTS + b"R.",
    "pickle-duplicated-callable.pkl": b"\x80\x02" + line_global("os", "system") + b"20" + ARGUMENTS + b"R.",
    "benign-memo-cycle.pkl": b"\x80\x02]q\x00h\x00a.",
    "benign-memo-doubling.pkl": b"\x80\x04)\x94" + b"2\x86\x94" * 200 + b".",
    "benign-deep-lists.pkl": b"\x80\x02" + b"]" * 10_000 + b"a" * 9_999 + b".",
    "benign-many-marks.pkl": b"\x80\x02" + b"(" * 10_000 + b"t" * 10_000 + b".",
}

_STATES: Mapping[str, bytes] = {
    "pickle-build-on-class.pkl": b"\x80\x02" + ORDERED + b"N}" + unicode("fromkeys") + b"K\x01s\x86b.",
    "pickle-build-on-import-dict.pkl": b"\x80\x02" + ORDERED + b"}" + unicode("x") + b"K\x01sb.",
    "pickle-build-setstate.pkl": b"\x80\x02" + ORDERED + b")R}" + unicode("__setstate__") + ORDERED + b"sbNb.",
    "pickle-build-class-attribute.pkl": b"\x80\x02" + ORDERED + b")RN}" + unicode("__class__") + ORDERED + b"s\x86b.",
    "pickle-build-code.pkl": b"\x80\x02" + ORDERED + b")RN}(" + unicode("__code__") + b"N" + unicode("a") + b"Nu\x86b.",
    "pickle-build-globals.pkl": b"\x80\x02" + ORDERED + b")R}" + unicode("__globals__") + b"}sb.",
    "pickle-build-hidden-key.pkl": b"\x80\x04"
    + stack_global("collections", "OrderedDict")
    + b")R}\x94("
    + b"".join(short(f"key {number}") + b"K\x01" for number in range(400))
    + short("__setstate__")
    + b"Nub.",
    "pickle-build-key-by-memo.pkl": b"\x80\x02" + ORDERED + b")R}q\x00h\x00" + unicode("__setstate__") + b"Ns0b.",
    "pickle-items-into-class.pkl": b"\x80\x02" + ORDERED + b"K\x01K\x02s.",
    "pickle-append-to-class.pkl": b"\x80\x02" + ORDERED + b"(K\x01K\x02e.",
    "pickle-call-of-instance.pkl": b"\x80\x02" + ORDERED + b")R)R.",
    "pickle-call-of-persistent.pkl": b"\x80\x02Pthing\n)R.",
    "benign-build.pkl": b"\x80\x02" + ORDERED + b")R}" + unicode("attribute") + b"K\x01sb.",
    "benign-build-slots.pkl": b"\x80\x02" + ORDERED + b")RN}" + unicode("slot") + b"K\x01s\x86b.",
    "benign-items-into-instance.pkl": b"\x80\x02" + ORDERED + b")R(K\x01K\x02u.",
    "benign-special-key.pkl": b"\x80\x02}" + unicode("__init__") + b"K\x01s.",
}

_LOADERS: Mapping[str, bytes] = {
    "pickle-extension-1.pkl": b"\x80\x02\x82\x05)R.",
    "pickle-extension-2.pkl": b"\x80\x02\x83\x05\x01)R.",
    "pickle-extension-4.pkl": b"\x80\x02\x84\x05\x00\x01\x00)R.",
    "pickle-extension-zero.pkl": b"\x80\x02\x82\x00)R.",
    "pickle-extension-negative.pkl": b"\x80\x02\x84\xff\xff\xff\xff)R.",
    "pickle-persistent-line.pkl": b"Pstorage 1\n.",
    "pickle-persistent.pkl": b"\x80\x02" + unicode("storage") + b"K\x01\x86Q.",
    "pickle-out-of-band.pkl": b"\x80\x05\x97\x98.",
    "pickle-nested-torch.pkl": _nested(SYSTEM + b"."),
    "pickle-nested-torch-latin.pkl": _latin(b"\x80\x03" + SYSTEM + payload(b"\xe9\xff") + b"."),
    "pickle-nested-torch-computed.pkl": b"\x80\x03ctorch.storage\n_load_from_bytes\nPbytes\n\x85R.",
    "pickle-nested-twice.pkl": _nested(_nested(SYSTEM + b".")),
    "pickle-nested-loads.pkl": b"\x80\x03cpickle\nloads\n" + payload(_PLAIN) + b"\x85R.",
    "benign-nested-torch.pkl": _nested(_PLAIN),
    "benign-nested-torch-latin.pkl": _latin(b"\x80\x03C\x02\xe9\xff."),
}

_STREAMS: Mapping[str, bytes] = {
    "pickle-second-stream.pkl": _PLAIN + SYSTEM + b".",
    "pickle-second-stream-4.pkl": _PLAIN + b"\x80\x04" + SYSTEM_4 + b".",
    "pickle-tenth-stream.pkl": _PLAIN * 9 + SYSTEM + b".",
    "pickle-junk-between.pkl": _PLAIN + b"\xff\xfejunk\x00" * 3 + b"\x80\x04" + SYSTEM_4 + b".",
    "pickle-junk-between-0.pkl": _PLAIN + b"\xff\xfejunk\x00" * 3 + SYSTEM + b".",
    "pickle-zeros-between.pkl": _PLAIN + bytes(512) + b"\x80\x04" + SYSTEM_4 + b".",
    "pickle-junk-behind.pkl": _PLAIN + b"\xff\xfejunk",
    "pickle-frame-past-stop.pkl": b"\x80\x04" + frame(b"N.", 40) + b"\x00" * 38 + SYSTEM + b".",
    "pickle-memo-of-first-stream.pkl": b"\x80\x02"
    + unicode("os")
    + b"q\x00"
    + unicode("system")
    + b"q\x01\x86."
    + b"\x80\x04h\x00h\x01\x93"
    + _REST,
    "pickle-memo-shared.pkl": b"\x80\x04"
    + short("os")
    + b"\x94"
    + short("system")
    + b"\x94\x86."
    + b"\x80\x04"
    + short("collections")
    + b"\x94"
    + short("OrderedDict")
    + b"\x94h\x00h\x01\x93"
    + _REST,
    "benign-two-streams.pkl": _PLAIN * 2,
    "benign-padded.pkl": _PLAIN + bytes(512),
    "benign-memo-of-first-stream.pkl": b"\x80\x02" + unicode("a") + b"q\x00." + b"\x80\x02h\x00.",
}

_RUNS: Mapping[str, bytes] = {
    "pickle-behind-run.pkl": b"\x80\x04" + words(_MANY) + b"0" + SYSTEM_4 + b".",
    "pickle-behind-run-2.pkl": b"\x80\x02" + put_words(_MANY, 0) + b"0" + SYSTEM + b".",
    "pickle-names-in-run.pkl": b"\x80\x04("
    + words(_MANY)[3:-1]
    + short("os")
    + short("system")
    + b"\x93"
    + _REST[:-1]
    + b"t.",
    "pickle-names-from-run-memo.pkl": b"\x80\x04"
    + words(_MANY)[:-1]
    + short("os")
    + b"\x94"
    + short("system")
    + b"\x94"
    + b"".join(short(f"more {number}") + b"\x94" for number in range(_MANY))
    + b"e0"
    + get(_MANY + 1)
    + get(_MANY + 2)
    + b"\x93"
    + _REST,
    "pickle-names-from-run-memo-2.pkl": b"\x80\x02"
    + put_words(_MANY, 0)[:-1]
    + unicode("os")
    + put(_MANY + 1)
    + unicode("system")
    + put(_MANY + 2)
    + b"".join(unicode(f"more {number}") + put(_MANY + 3 + number) for number in range(_MANY))
    + b"e0"
    + get(_MANY + 1)
    + get(_MANY + 2)
    + b"\x93"
    + _REST,
    "pickle-run-indices-jump.pkl": b"\x80\x02"
    + put_words(_MANY, 0)[:-1]
    + b"".join(unicode("os" if number == 700 else "system") + put(9000 - number) for number in range(_MANY))
    + b"e0"
    + get(8300)
    + get(8301)
    + b"\x93"
    + _REST,
    "pickle-callable-in-run.pkl": b"\x80\x04"
    + stack_global("os", "system")
    + b"\x940("
    + words(_MANY)[2:-1]
    + b"h\x00"
    + short(COMMAND)
    + b"\x85Rt.",
    "pickle-special-key-behind-run.pkl": b"\x80\x04"
    + stack_global("collections", "OrderedDict")
    + b")R}\x94("
    + b"".join(short(f"key {number}") + b"\x94K\x01" for number in range(_MANY))
    + short("__setstate__")
    + b"Nub.",
    "benign-run.pkl": b"\x80\x04" + words(_MANY) + b".",
    "benign-run-2.pkl": b"\x80\x02" + put_words(_MANY, 0) + b".",
    "benign-run-then-class.pkl": b"\x80\x04" + words(_MANY) + stack_global("collections", "OrderedDict") + b")R\x86.",
}

_LOOKALIKES: Mapping[str, bytes] = {
    "benign-labels.txt": b"cat\ndog\nRat\n",
    "benign-LICENSE": b"(c) 2026 Somebody\nPermission is hereby granted, free\nof charge, to any person\n",
    "benign-columns.csv": b"class,count\n1,2\n3,4\n",
    "benign-none.txt": b"N.A.\n",
    "benign-numbers.txt": b"I\nII\nIII\nIV\n",
    "benign-list.md": b"]\n(a) first\n(b) second\n",
    "pickle-named-text.txt": SYSTEM + b".",
    "pickle-without-suffix": SYSTEM + b".",
    "pickle-text-that-calls.txt": b"(S'" + COMMAND.encode() + b"'\nios\nsystem\nthis is a model card\n",
}

_FAMILIES = (
    _IMPORTS,
    _NAMES,
    _PROTOCOLS,
    _FRAMES,
    _BROKEN,
    _LITERALS,
    _MEMO,
    _STATES,
    _LOADERS,
    _STREAMS,
    _RUNS,
    _LOOKALIKES,
    joblib_files.SAMPLES,
    torch_legacy_files.SAMPLES,
)


def _constant(data: bytes) -> Callable[[], bytes]:
    return lambda: data


SAMPLES: Mapping[str, Callable[[], bytes]] = {
    name: _constant(data) for family in _FAMILIES for name, data in family.items()
}
