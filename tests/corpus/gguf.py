"""GGUF and GGML files whose headers do not fit them, and honest ones."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from tests.corpus.gguf_builder import FLOATS, LATEST, Form, ggml, gguf
from tests.corpus.payloads import PAYLOAD_4
from tests.corpus.zip_builder import Member, archive

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_NAME = LATEST.string("general.architecture", "llama")
_TOKENS = [f"token-{number}" for number in range(600)] + ["x" * 300, "größe", ""]
_W = LATEST.tensor("w", (8,))
_HUGE = 1 << 62
_BIG = Form(">")
_FIRST = Form("<", 1)


def _with(form: Form) -> bytes:
    pairs = (
        form.string("general.architecture", "llama"),
        form.pair("llama.block_count", 4, form.u32(2)),
        form.pair("llama.rope", 6, struct.pack(f"{form.order}f", 1.0)),
        form.strings("tokenizer.ggml.tokens", _TOKENS),
        form.array("tokenizer.ggml.scores", 6, 600, bytes(2400)),
        form.array("tokenizer.ggml.empty", 8, 0, b""),
    )
    return gguf(pairs, (form.tensor("w", (8,)), form.tensor("v", (2, 2), 1, 32)), FLOATS + bytes(32), form=form)


def _template(text: str, key: str = "tokenizer.chat_template") -> bytes:
    return gguf((_NAME, LATEST.string(key, text)), (_W,), FLOATS)


def _aligned(value: int, pair: bytes | None = None) -> bytes:
    return gguf(
        (pair or LATEST.pair("general.alignment", 4, LATEST.u32(value)),), (_W,), FLOATS, alignment=max(value, 1)
    )


_BENIGN: Mapping[str, Callable[[], bytes]] = {
    "benign-gguf.gguf": lambda: _with(LATEST),
    "benign-gguf-version-2.gguf": lambda: _with(Form("<", 2)),
    "benign-gguf-version-1.gguf": lambda: _with(_FIRST),
    "benign-gguf-big-endian.gguf": lambda: _with(_BIG),
    "benign-gguf-vocabulary.gguf": lambda: gguf((_NAME, LATEST.strings("tokenizer.ggml.tokens", _TOKENS))),
    "benign-gguf-empty.gguf": gguf,
    "benign-gguf-aligned.gguf": lambda: _aligned(64),
    "benign-gguf-quantised.gguf": lambda: gguf((_NAME,), (LATEST.tensor("w", (256, 2), 12),), bytes(288)),
    "benign-gguf-padded.gguf": lambda: gguf(
        (_NAME,),
        (LATEST.tensor("a", (1,)), LATEST.tensor("b", (1,), 0, 32)),
        FLOATS[:4] + bytes(28) + FLOATS[:4] + bytes(28),
    ),
    "benign-gguf-nested-array.gguf": lambda: gguf(
        (LATEST.array("a", 9, 2, (LATEST.u32(4) + LATEST.count(1) + LATEST.u32(7)) * 2),), (_W,), FLOATS
    ),
    "benign-gguf-template.gguf": lambda: _template("{% for message in messages %}{{ message['content'] }}{% endfor %}"),
    "benign-gguf-split-00001-of-00002.gguf": lambda: gguf(
        (LATEST.pair("split.no", 2, b"\0\0"), LATEST.pair("split.count", 2, b"\2\0"), _NAME), (_W,), FLOATS
    ),
    "gguf-type-not-known.gguf": lambda: gguf(
        (_NAME,), (LATEST.tensor("w", (8,), 99), LATEST.tensor("v", (8,), 0, 64)), bytes(64) + FLOATS
    ),
}

_HEADERS: Mapping[str, Callable[[], bytes]] = {
    "gguf-template-escapes.gguf": lambda: _template("{{ ''.__class__.__mro__ }}"),
    "gguf-template-named-escapes.gguf": lambda: _template("{{ cycler.__init__ }}", "tokenizer.chat_template.tool_use"),
    "gguf-template-twice.gguf": lambda: gguf(
        (
            LATEST.string("tokenizer.chat_template", "{{ messages }}"),
            LATEST.string("tokenizer.chat_template", "{{ ''.__class__ }}"),
        ),
        (_W,),
        FLOATS,
    ),
    "gguf-template-no-text.gguf": lambda: gguf(
        (LATEST.pair("tokenizer.chat_template", 4, LATEST.u32(1)),), (_W,), FLOATS
    ),
    "gguf-pair-count-overflows.gguf": lambda: gguf((_NAME,), (_W,), FLOATS, pair_count=_HUGE),
    "gguf-tensor-count-overflows.gguf": lambda: gguf((_NAME,), (_W,), FLOATS, tensor_count=_HUGE),
    "gguf-tensor-count-one-more.gguf": lambda: gguf((_NAME,), (_W,), FLOATS, tensor_count=3),
    "gguf-string-overflows.gguf": lambda: gguf((LATEST.pair("a", 8, LATEST.count((1 << 64) - 1)),), (_W,), FLOATS),
    "gguf-array-overflows.gguf": lambda: gguf((LATEST.array("a", 12, 1 << 61, b""),), (_W,), FLOATS),
    "gguf-string-array-overflows.gguf": lambda: gguf((LATEST.array("a", 8, _HUGE, b""),), (_W,), FLOATS),
    "gguf-array-deep.gguf": lambda: gguf(
        (LATEST.pair("a", 9, (LATEST.u32(9) + LATEST.count(1)) * 30 + LATEST.u32(4) + LATEST.count(0)),), (_W,), FLOATS
    ),
    "gguf-value-type-unknown.gguf": lambda: gguf((LATEST.pair("a", 77, b"1234"),), (_W,), FLOATS),
    "gguf-key-no-text.gguf": lambda: gguf((_NAME.replace(b"general", b"gener\xff\xfe"),), (_W,), FLOATS),
    "gguf-key-too-long.gguf": lambda: gguf((LATEST.pair("k" * 70_000, 7, b"\1"),), (_W,), FLOATS),
    "gguf-many-pairs.gguf": lambda: gguf([LATEST.pair(f"{n}", 7, b"\1") for n in range(65_600)], (_W,), FLOATS),
    "gguf-duplicate-key.gguf": lambda: gguf((_NAME, LATEST.string("general.architecture", "phi3")), (_W,), FLOATS),
    "gguf-duplicate-tensor.gguf": lambda: gguf((_NAME,), (_W, LATEST.tensor("w", (8,), 0, 32)), FLOATS * 2),
    "gguf-alignment-zero.gguf": lambda: _aligned(0),
    "gguf-alignment-odd.gguf": lambda: _aligned(24),
    "gguf-alignment-huge.gguf": lambda: gguf(
        (LATEST.pair("general.alignment", 4, LATEST.u32(1 << 31)),), (_W,), FLOATS
    ),
    "gguf-alignment-text.gguf": lambda: _aligned(32, LATEST.string("general.alignment", "32")),
    "gguf-version-9.gguf": lambda: gguf((_NAME,), (_W,), FLOATS, form=Form("<", 9)),
    "gguf-magic-reversed.gguf": lambda: b"FUGG" + gguf((_NAME,), (_W,), FLOATS)[4:],
    "gguf-cut-off.gguf": lambda: gguf((_NAME, _NAME), (_W,))[:60],
}

_TENSORS: Mapping[str, Callable[[], bytes]] = {
    "gguf-beyond-end.gguf": lambda: gguf((_NAME,), (LATEST.tensor("w", (1 << 30,)),), FLOATS),
    "gguf-one-byte-short.gguf": lambda: gguf((_NAME,), (_W,), FLOATS[:-1]),
    "gguf-offset-beyond-end.gguf": lambda: gguf((_NAME,), (LATEST.tensor("w", (8,), 0, 1 << 40),), FLOATS),
    "gguf-offset-wraps.gguf": lambda: gguf((_NAME,), (LATEST.tensor("w", (8,), 0, (1 << 64) - 32),), FLOATS),
    "gguf-offset-misaligned.gguf": lambda: gguf((_NAME,), (LATEST.tensor("w", (7,), 0, 4),), FLOATS),
    "gguf-shape-overflows.gguf": lambda: gguf((_NAME,), (LATEST.tensor("w", (1 << 32, 1 << 32, 4)),), FLOATS),
    "gguf-shape-no-blocks.gguf": lambda: gguf((_NAME,), (LATEST.tensor("w", (33,), 2),), bytes(36)),
    "gguf-five-dimensions.gguf": lambda: gguf((_NAME,), (LATEST.tensor("w", (2, 2, 2, 1, 1)),), FLOATS),
    "gguf-many-dimensions.gguf": lambda: gguf((_NAME,), (LATEST.text("w") + LATEST.u32(1 << 30) + bytes(64),), FLOATS),
    "gguf-overlap.gguf": lambda: gguf(
        (_NAME,), (LATEST.tensor("a", (16,)), LATEST.tensor("b", (8,), 0, 32)), FLOATS * 2
    ),
    "gguf-same-bytes.gguf": lambda: gguf((_NAME,), (LATEST.tensor("a", (8,)), LATEST.tensor("b", (8,))), FLOATS),
    "gguf-gap.gguf": lambda: gguf((_NAME,), (LATEST.tensor("a", (8,)), LATEST.tensor("b", (8,), 0, 64)), FLOATS * 3),
    "gguf-gap-pickle.gguf": lambda: gguf(
        (_NAME,), (LATEST.tensor("a", (8,), 0, 64),), PAYLOAD_4.ljust(64, b"\0") + FLOATS
    ),
    "gguf-padding-not-zero.gguf": lambda: gguf(
        (LATEST.pair("general.alignment", 4, LATEST.u32(128)),),
        (LATEST.tensor("a", (8,)), LATEST.tensor("b", (8,), 0, 128)),
        FLOATS + PAYLOAD_4.ljust(96, b"\0") + FLOATS,
        alignment=128,
    ),
    "gguf-suffix-pickle.gguf": lambda: gguf((_NAME,), (_W,), FLOATS) + PAYLOAD_4,
    "gguf-suffix-zip.gguf": lambda: gguf((_NAME,), (_W,), FLOATS) + archive(Member(name=b"model.pkl", data=PAYLOAD_4)),
    "gguf-vocabulary-suffix-pickle.gguf": lambda: gguf((_NAME,)) + bytes(32) + PAYLOAD_4,
}

_LLAMA = (2, 8, 1, 1, 1, 8, 0)
_WORDS = (b"<s>", b"word")
_OLD = ((b"w", 8, FLOATS),)
_GGML: Mapping[str, Callable[[], bytes]] = {
    "benign-ggml-llama.bin": lambda: ggml(b"lmgg", _LLAMA, _WORDS, _OLD),
    "benign-ggml-whisper.bin": lambda: ggml(b"lmgg", (*(1,) * 11, 2, 1, 0, 0, 2), _WORDS, _OLD),
    "benign-ggmf.bin": lambda: ggml(b"fmgg", (1, *_LLAMA), _WORDS, _OLD, score=4),
    "benign-ggjt.bin": lambda: ggml(b"tjgg", (3, *_LLAMA), _WORDS, _OLD * 2, score=4, page=32),
    "benign-ggjt-old-blocks.bin": lambda: ggml(
        b"tjgg", (1, *_LLAMA), _WORDS, ((b"w", 32, bytes(20)),), score=4, page=32, type_=2
    ),
    "benign-ggla.bin": lambda: ggml(b"algg", (1, 8, 16), (), _OLD, page=32),
    "ggml-cut-off.bin": lambda: ggml(b"lmgg", _LLAMA, _WORDS, _OLD)[:-3],
    "ggml-suffix-pickle.bin": lambda: ggml(b"lmgg", _LLAMA, _WORDS, _OLD) + PAYLOAD_4,
    "ggml-vocabulary-overflows.bin": lambda: ggml(b"lmgg", (0xFFFFFFFF, *_LLAMA[1:]), _WORDS, _OLD),
    "ggml-shape-overflows.bin": lambda: ggml(b"lmgg", _LLAMA, _WORDS, ((b"w", 0xFFFFFFFF, FLOATS),)),
    "ggjt-version-9.bin": lambda: ggml(b"tjgg", (9, *_LLAMA), _WORDS, _OLD, score=4, page=32),
}

_PROGRAM = b"MZqFpD='\n" + bytes(500)


def _llamafile(model: bytes) -> bytes:
    """A program for several systems, with a model and its arguments in an archive at the end."""
    members = (Member(name=b"model.gguf", data=model), Member(name=b".args", data=b"-m\nmodel.gguf\n"))
    return archive(*members, prefix=_PROGRAM)


_LLAMAFILES: Mapping[str, Callable[[], bytes]] = {
    "llamafile.llamafile": lambda: _llamafile(_with(LATEST)),
    "llamafile-template-escapes.llamafile": lambda: _llamafile(_template("{{ ''.__class__.__mro__ }}")),
    "llamafile-beyond-end.llamafile": lambda: _llamafile(gguf((_NAME,), (LATEST.tensor("w", (1 << 30,)),), FLOATS)),
}

SAMPLES: Mapping[str, Callable[[], bytes]] = {**_BENIGN, **_HEADERS, **_TENSORS, **_GGML, **_LLAMAFILES}
