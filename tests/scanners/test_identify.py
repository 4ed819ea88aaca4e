"""Identification: by content, by all of it, and never by name."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scanners.formats import Format, Part
from scanners.identify import EXPECTED, identify
from scanners.limits import Budget, Limits
from scanners.sources import BytesSource
from tests.corpus.payloads import PAYLOAD, PAYLOAD_4, PLAIN, TEXT, state_dict
from tests.corpus.tar_builder import END, member
from tests.corpus.zip_builder import Member, archive


def kinds(data: bytes, name: str = "model", declared: Format | None = None) -> tuple[Format, ...]:
    return identify(Part(source=BytesSource(data), name=name, budget=Budget(Limits()), declared=declared))


ACTIVE = {
    "pickle-0": (PAYLOAD, Format.PICKLE),
    "pickle-2": (PLAIN, Format.PICKLE),
    "pickle-4": (PAYLOAD_4, Format.PICKLE),
    "pickle-state-dict": (state_dict(), Format.PICKLE),
    "zip": (archive(Member(name=b"a", data=b"b")), Format.ZIP),
    "zip-empty": (archive(), Format.ZIP),
    "torch-zip": (archive(Member(name=b"m/data.pkl", data=PLAIN)), Format.TORCH_ZIP),
    "tar": (member(b"a", TEXT) + END, Format.TAR),
    "tar-v7": (member(b"a", TEXT, magic=bytes(8)) + END, Format.TAR),
    "gzip": (gzip.compress(TEXT), Format.GZIP),
    "bzip2": (bz2.compress(TEXT), Format.BZIP2),
    "bzip2-empty": (bz2.compress(b""), Format.BZIP2),
    "xz": (lzma.compress(TEXT), Format.XZ),
    "lzma": (lzma.compress(TEXT, format=lzma.FORMAT_ALONE), Format.LZMA),
    "zlib-1": (zlib.compress(TEXT, 1), Format.ZLIB),
    "zlib-9": (zlib.compress(TEXT, 9), Format.ZLIB),
    "zlib-old-joblib": (b"ZF0x18" + b" " * 15 + zlib.compress(TEXT), Format.ZLIB),
    "zlib-old-joblib-python-2": (b"ZF0x18" + b" " * 16 + zlib.compress(TEXT), Format.ZLIB),
    "lz4": (b"\x04\x22\x4d\x18\x40\x40\xc0" + bytes(4), Format.LZ4),
    "npy": (b"\x93NUMPY\x01\0" + bytes(80), Format.NPY),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + bytes(80), Format.KERAS_HDF5),
    "hdf5-behind-512": (b"x" * 512 + b"\x89HDF\r\n\x1a\n" + bytes(80), Format.KERAS_HDF5),
    "hdf5-behind-64k": (b"\xff" * 65_536 + b"\x89HDF\r\n\x1a\n" + bytes(80), Format.KERAS_HDF5),
    "gguf": (b"GGUF\3\0\0\0" + bytes(16), Format.GGUF),
    "tflite": (b"\x1c\0\0\0TFL3" + bytes(16), Format.TFLITE),
    "elf": (b"\x7fELF\2\1\1" + bytes(57), Format.ELF),
    "pe": (b"MZ" + bytes(58) + struct.pack("<L", 64) + b"PE\0\0" + bytes(20), Format.PE),
    "ape": (b"MZqFpD='\n" + bytes(80), Format.PE),
    "mach-o": (b"\xcf\xfa\xed\xfe\x07\0\0\x01\x03\0\0\0\x02\0\0\0" + bytes(40), Format.MACH_O),
    "java": (b"\xca\xfe\xba\xbe\0\0\0\x34" + bytes(40), Format.OTHER_EXECUTABLE),
    "wasm": (b"\0asm\1\0\0\0", Format.OTHER_EXECUTABLE),
    "pyc": (b"\xa7\r\r\n" + bytes(12) + b"\xe3" + bytes(20), Format.PYTHON_BYTECODE),
    "script": (b"#!/bin/sh\necho\n", Format.SCRIPT),
    "7z": (b"7z\xbc\xaf\x27\x1c\0\4" + bytes(24), Format.SEVEN_ZIP),
    "zstandard": (b"\x28\xb5\x2f\xfd\x20\x24\x21\x01\0" + bytes(9), Format.ZSTANDARD),
    "cpio": (b"070701" + b"0" * 104, Format.OTHER_ARCHIVE),
    "onnx": (b"\x08\x07\x12\x07pytorch\x1a\x031.9\x3a\x81\x01\x12\x7f" + b"g" * 127, Format.ONNX),
}

INERT = {
    "empty": b"",
    "text": TEXT,
    "utf-8": "Modèle — 模型\n".encode(),
    "latin-1": "Größe;Länge\n1;2\n".encode("latin-1"),
    "utf-16": "words".encode("utf-16"),
    "utf-32": "words".encode("utf-32"),
    "json": json.dumps({"a": [1, 2]}).encode(),
    "csv": b"class,id\ncat,1\ndog,2\n",
    "license": b"Copyright (c) 2020\n\nPermission is hereby granted.\n",
    "labels": b"cat\ndog\nbird\n",
    "numbers": b"1\n2\n3\n",
    "git-lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n",
    "html": b"<html><script>alert(1)</script></html>",
    "png": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(17),
    "jpeg": b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(20),
    "gif": b"GIF89a" + bytes(20),
    "webp": b"RIFF\x10\0\0\0WEBPVP8 " + bytes(20),
    "wav": b"RIFF\x24\0\0\0WAVEfmt " + bytes(20),
    "mp4": b"\0\0\0\x20ftypisom" + bytes(20),
    "sentencepiece": b"\x0a\x0e\x0a\x05<unk>\x15\0\0\0\0\x18\x02" * 3,
}


@pytest.mark.parametrize("name", ACTIVE)
def test_by_content(name: str) -> None:
    """What can carry code is told from its bytes."""
    data, expected = ACTIVE[name]
    assert kinds(data) == (expected,)


@pytest.mark.parametrize("name", ACTIVE)
@pytest.mark.parametrize("suffix", [".txt", ".safetensors", ".png", ".pkl", ".npy", ".py", ""])
def test_no_name_decides(name: str, suffix: str) -> None:
    """The same bytes are the same format under any name."""
    data, expected = ACTIVE[name]
    if expected is not Format.SCRIPT:
        assert kinds(data, f"model{suffix}") == (expected,)


@pytest.mark.parametrize("name", INERT)
def test_inert(name: str) -> None:
    """Text, tables, images and sounds carry no code, whatever opcode of pickles their first letter is."""
    assert kinds(INERT[name]) == (Format.INERT,)
    assert kinds(INERT[name], "model.safetensors") == (Format.INERT,)


def test_a_configuration_stays_one_whatever_other_keys_it_has() -> None:
    """A document of another loader does not hide what a loader of configurations acts on."""
    config = b'"auto_map": {"AutoModel": "modeling_x.X"}}'
    assert kinds(b'{"nodes": [], "mxnet_version": 1, ' + config) == (Format.MXNET, Format.MODEL_CONFIG)
    assert kinds(b'{"nbformat": 4, "cells": [], ' + config) == (Format.NOTEBOOK, Format.MODEL_CONFIG)
    assert kinds(b'{"class_name": "Sequential", "config": {}, ' + config) == (Format.KERAS_CONFIG, Format.MODEL_CONFIG)


def test_python_source_is_told_by_its_name() -> None:
    """Text is source only where something would import it; nothing in it says so."""
    assert kinds(b"print('hi')\n", "modeling.py") == (Format.PYTHON_SOURCE,)
    assert kinds(b"print('hi')\n", "notes.txt") == (Format.INERT,)


@pytest.mark.parametrize(
    "data", [b"\0\1\2\3" * 9, b"\xff\0" * 40, b"GIF\0", b"PK\3\0", TEXT + b"\0", b"\x80\xff\1\2" * 4]
)
def test_unknown(data: bytes) -> None:
    """What nobody knows is said to be unknown, never inert."""
    assert kinds(data) == (Format.UNKNOWN,)


def test_text_must_be_text_to_its_end() -> None:
    """A head of text proves nothing about the rest."""
    assert kinds(TEXT * 100_000) == (Format.INERT,)
    assert kinds(TEXT * 100_000 + b"\0\1") == (Format.UNKNOWN,)


ZIPPED = archive(Member(name=b"a", data=b"b"))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (PAYLOAD + ZIPPED, {Format.PICKLE, Format.ZIP}),
        (PAYLOAD_4 + archive(Member(name=b"m/data.pkl", data=PLAIN)), {Format.PICKLE, Format.TORCH_ZIP}),
        (b"\x7fELF\2\1\1" + bytes(57) + ZIPPED, {Format.ELF, Format.ZIP}),
        (TEXT + ZIPPED, {Format.ZIP}),
        (b"\x89PNG\r\n\x1a\n" + bytes(40) + ZIPPED, {Format.ZIP}),
        (b"\xff" * 5000 + ZIPPED, {Format.ZIP}),
        (ZIPPED + b"trailing", {Format.ZIP}),
        (member(PAYLOAD, TEXT) + END, {Format.TAR, Format.PICKLE}),
        (PAYLOAD.ljust(512, b"\n") + b"\x89HDF\r\n\x1a\n" + bytes(80), {Format.PICKLE, Format.KERAS_HDF5}),
        (
            archive(*(Member(name=name, data=PLAIN) for name in (b"data.pkl", b"config.json", b"model.weights.h5"))),
            {Format.TORCH_ZIP, Format.KERAS_ZIP},
        ),
    ],
    ids=lambda value: "-".join(sorted(value)) if isinstance(value, set) else "",
)
def test_polyglots(data: bytes, expected: set[Format]) -> None:
    """A file that is two things is given both names."""
    assert set(kinds(data)) == expected


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (bytes(64), (Format.TENSOR_DATA,)),
        (b"\0\0\x80\x3f" * 9, (Format.TENSOR_DATA,)),
        (b"text, too\n", (Format.TENSOR_DATA,)),
        (b"\x80\x02\xff\xff" * 9, (Format.TENSOR_DATA,)),
        (b"\x1f\x8b\x08\0" * 9, (Format.TENSOR_DATA,)),
        (b"\x78\x9c" * 9, (Format.TENSOR_DATA,)),
        (bytes(9) + ZIPPED, (Format.TENSOR_DATA,)),
        (PAYLOAD_4, (Format.PICKLE,)),
        (PAYLOAD, (Format.PICKLE,)),
        (ZIPPED, (Format.ZIP,)),
        (b"\x7fELF\2\1\1" + bytes(57), (Format.ELF,)),
        (b"\x89HDF\r\n\x1a\n" + bytes(57), (Format.KERAS_HDF5,)),
        (b"\x93NUMPY\1\0" + bytes(57), (Format.NPY,)),
    ],
)
def test_numbers_stay_numbers(data: bytes, expected: tuple[Format, ...]) -> None:
    """What its container calls numbers is opaque, unless its start is no accident."""
    assert kinds(data, "0", Format.TENSOR_DATA) == expected


@settings(deadline=None)
@given(st.binary(min_size=1, max_size=64))
def test_numbers_are_never_called_text_or_unknown(data: bytes) -> None:
    """Of declared numbers, either nothing is said or that they can carry code."""
    assert not {Format.INERT, Format.UNKNOWN} & set(kinds(data, "0", Format.TENSOR_DATA))


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=300) | st.sampled_from([data[:n] for data, _ in ACTIVE.values() for n in (5, 20, 60)]))
def test_any_bytes_have_an_answer(data: bytes) -> None:
    """Identification never fails and never says nothing."""
    assert kinds(data)
    assert kinds(data, "x.pkl")


def test_every_suffix_expects_something_that_exists() -> None:
    """The table of names is in lower case, starts with dots, and expects formats."""
    assert all(suffix.startswith(".") and suffix == suffix.lower() for suffix in EXPECTED)
    assert all(formats and formats <= set(Format) for formats in EXPECTED.values())
