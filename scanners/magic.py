"""
What the first bytes of a file say about it: one table.

Only signatures that a loader or a person would go by; where two or three bytes are all there is, `verify` looks further.
"""

from __future__ import annotations

from scanners import lz4
from scanners.archives.tar_checksum import is_tar
from scanners.formats import Format

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HEAD = 4096
"""Bytes that all checks of the head share; enough for a tar header and for HDF5 behind a user block of 2,048."""


_WINDOW = 1 << 16
"""More than the head of a stream can refer back to."""
HDF5_SIGNATURE = b"\x89HDF\r\n\x1a\n"


class Magic:
    """One signature at the start of a file."""

    __slots__ = ("format", "prefix", "verify")

    def __init__(self, prefix: bytes, format_: Format, verify: Callable[[bytes], bool] | None = None) -> None:
        """`verify` looks at the rest of the head where the prefix alone is weak."""
        self.prefix = prefix
        self.format = format_
        self.verify = verify


def _gzip(head: bytes) -> bool:
    """Accept any flags: CPython's `gzip` steps over those that RFC 1952 keeps free."""
    return len(head) >= 10


def _pe(head: bytes) -> bool:
    """Accept an MZ program: a new header where it says, within the head, or an APE as llamafile is one."""
    if head.startswith((b"MZqFpD", b"jartsr")):
        return True
    if len(head) < 64:
        return False
    start = int.from_bytes(head[60:64], "little")
    return head[start : start + 4] == b"PE\0\0" or head[start : start + 2] in (b"NE", b"LE")


def _mach(head: bytes) -> bool:
    """Accept a thin Mach-O file: the fourth word is a known kind of file."""
    little = head[:1] in (b"\xce", b"\xcf")
    return len(head) >= 28 and 1 <= int.from_bytes(head[12:16], "little" if little else "big") <= 12


def _fat_or_class(head: bytes) -> bool:
    """Accept universal Mach-O and Java classes, which share their magic."""
    return len(head) >= 8


def _bytecode(head: bytes) -> bool:
    """CPython's magic number is two bytes and CR LF; numbers in use run from 3,000 (3.0) past 3,600."""
    return len(head) >= 16 and (3000 <= int.from_bytes(head[:2], "little") < 4200 or head[:2] == b"\x03\xf3")


def _riff(head: bytes) -> bool:
    return head[8:12] in (b"WAVE", b"WEBP", b"AVI ")


def _true_type(head: bytes) -> bool:
    """Accept a font: few tables, the first of them with a name of four letters and an offset inside the file."""
    return len(head) >= 28 and 4 <= head[5] <= 64 and head[12:16].isascii() and head[12:16].replace(b"/", b"").isalnum()


def _r_text(head: bytes) -> bool:
    """R's serialization as text: its version, and two releases of R as numbers of five digits or more."""
    lines = head.split(b"\n", 4)[1:4]
    return len(lines) == 3 and lines[0] in (b"2", b"3") and all(len(line) > 4 and line.isdigit() for line in lines[1:])


def _media(head: bytes) -> bool:
    return len(head) >= 16


def _bitmap(head: bytes) -> bool:
    return len(head) >= 30 and int.from_bytes(head[14:18], "little") in (12, 40, 52, 56, 64, 108, 124)


TABLE: tuple[Magic, ...] = (
    Magic(b"PK\x03\x04", Format.ZIP),
    Magic(b"PK\x05\x06", Format.ZIP),
    Magic(b"PK\x07\x08PK\x03\x04", Format.ZIP),
    Magic(b"PK00PK\x03\x04", Format.ZIP),
    Magic(b"\x93NUMPY", Format.NPY),
    Magic(b"\x1f\x8b\x08", Format.GZIP, _gzip),
    Magic(b"\xfd7zXZ\0", Format.XZ),
    Magic(b"\x04\x22\x4d\x18", Format.LZ4),
    *(Magic(start, Format.LZ4) for start in lz4.STARTS[1:]),
    Magic(b"\x28\xb5\x2f\xfd", Format.ZSTANDARD),
    Magic(b"7z\xbc\xaf\x27\x1c", Format.SEVEN_ZIP),
    Magic(b"Rar!\x1a\x07", Format.RAR),
    Magic(HDF5_SIGNATURE, Format.KERAS_HDF5),
    Magic(b"ptrt", Format.TENSORRT),
    Magic(b"ftrt", Format.TENSORRT),
    Magic(b"RKNN", Format.RKNN),
    Magic(b"B\0C\0N\0\0\0", Format.CNTK),
    Magic(b"\x12\x01\0\0\0\0\0\0\0\0\0\0\0\0\0\0", Format.MXNET),
    Magic(b"\4\0\0\0\1\0\0\0\3\0\0\0V 1", Format.TORCH7),
    Magic(b"4\n1\n3\nV 1\n", Format.TORCH7),
    Magic(b"RDX2\n", Format.R_DATA),
    Magic(b"RDX3\n", Format.R_DATA),
    Magic(b"RDA2\n", Format.R_DATA),
    Magic(b"RDA3\n", Format.R_DATA),
    Magic(b"X\n\0\0\0\2", Format.R_DATA),
    Magic(b"X\n\0\0\0\3", Format.R_DATA),
    Magic(b"A\n", Format.R_DATA, _r_text),
    Magic(b"GGUF", Format.GGUF),
    Magic(b"FUGG", Format.GGUF),
    Magic(b"lmgg", Format.GGML),
    Magic(b"tjgg", Format.GGML),
    Magic(b"fmgg", Format.GGML),
    Magic(b"algg", Format.GGML),
    Magic(b"CBM1", Format.CATBOOST),
    Magic(b"\x7fELF", Format.ELF),
    Magic(b"MZ", Format.PE, _pe),
    Magic(b"\xfe\xed\xfa\xce", Format.MACH_O, _mach),
    Magic(b"\xfe\xed\xfa\xcf", Format.MACH_O, _mach),
    Magic(b"\xce\xfa\xed\xfe", Format.MACH_O, _mach),
    Magic(b"\xcf\xfa\xed\xfe", Format.MACH_O, _mach),
    Magic(b"\xca\xfe\xba\xbe", Format.OTHER_EXECUTABLE, _fat_or_class),
    Magic(b"\0asm", Format.OTHER_EXECUTABLE),
    Magic(b"BC\xc0\xde", Format.OTHER_EXECUTABLE),
    Magic(b"dex\n0", Format.OTHER_EXECUTABLE),
    Magic(b"!<arch>\n", Format.OTHER_ARCHIVE),
    Magic(b"MSCF\0\0\0\0", Format.OTHER_ARCHIVE),
    Magic(b"LZIP\x01", Format.OTHER_ARCHIVE),
    Magic(b"\x89LZO\0\r\n\x1a\n", Format.OTHER_ARCHIVE),
    Magic(b"070701", Format.OTHER_ARCHIVE),
    Magic(b"070702", Format.OTHER_ARCHIVE),
    Magic(b"hsqs", Format.OTHER_ARCHIVE),
    Magic(b"\x02\x21\x4c\x18", Format.OTHER_ARCHIVE),
    Magic(b"\x1f\x9d\x90", Format.OTHER_ARCHIVE),
    Magic(b"\xff\x06\0\0sNaPpY", Format.OTHER_ARCHIVE),
    Magic(b"xar!\0\x1c", Format.OTHER_ARCHIVE),
    Magic(b"\x89PNG\r\n\x1a\n", Format.INERT),
    Magic(b"\xff\xd8\xff", Format.INERT, _media),
    Magic(b"GIF87a", Format.INERT),
    Magic(b"GIF89a", Format.INERT),
    Magic(b"RIFF", Format.INERT, _riff),
    Magic(b"BM", Format.INERT, _bitmap),
    Magic(b"II*\0", Format.INERT, _media),
    Magic(b"MM\0*", Format.INERT, _media),
    Magic(b"\0\0\x01\0", Format.INERT, lambda head: len(head) >= 22 and head[4:6] != b"\0\0" and head[9] == 0),
    Magic(b"fLaC\0", Format.INERT),
    Magic(b"OggS\0", Format.INERT),
    Magic(b"ID3\x03", Format.INERT, _media),
    Magic(b"ID3\x04", Format.INERT, _media),
    Magic(b"RIFX", Format.INERT, _riff),
    Magic(b".snd\0\0\0", Format.INERT),
    Magic(b"FORM", Format.INERT, lambda head: head[8:12] in (b"AIFF", b"AIFC")),
    Magic(b"\0\0\0", Format.INERT, lambda head: head[4:8] == b"ftyp"),
    Magic(b"%PDF-1.", Format.INERT),
    Magic(b"%PDF-2.", Format.INERT),
    Magic(b"\0\1\0\0\0", Format.INERT, _true_type),
    Magic(b"OTTO\0", Format.INERT, _true_type),
    Magic(b"\0\5\x16\7\0", Format.INERT),
    Magic(b"\0\0\0\1Bud1", Format.INERT),
    Magic(b"wOF2", Format.INERT),
    Magic(b"wOFF", Format.INERT),
)


def _index() -> Mapping[int, tuple[Magic, ...]]:
    rows: dict[int, list[Magic]] = {}
    for magic in TABLE:
        rows.setdefault(magic.prefix[0], []).append(magic)
    return {first: tuple(magics) for first, magics in rows.items()}


_BY_FIRST_BYTE = _index()


def by_head(head: bytes) -> Format | None:
    """Return the format whose signature the head starts with."""
    for magic in _BY_FIRST_BYTE.get(head[0], ()) if head else ():
        if head.startswith(magic.prefix) and (magic.verify is None or magic.verify(head)):
            return magic.format
    return None


def by_offset(head: bytes) -> Iterator[Format]:
    """Yield formats whose signature stands further in; any of them can share a file with another format."""
    if head[4:8] in (b"TFL3", b"TFL2", b"TFL1"):
        yield Format.TFLITE
    if _mil_weights(head):
        yield Format.COREML_WEIGHTS
    if _paddle_parameters(head):
        yield Format.PADDLE_PARAMETERS
    if head[4:8] == b"ORTM":
        yield Format.ORT
    if head[4:8] in (b"ET12", b"ET13"):
        yield Format.EXECUTORCH
    if is_tar(head):
        yield Format.TAR
    if HDF5_SIGNATURE in (head[512:520], head[1024:1032], head[2048:2056]):
        yield Format.KERAS_HDF5
    if head[2:4] == b"\r\n" and _bytecode(head):
        yield Format.PYTHON_BYTECODE


def _mil_weights(head: bytes) -> bool:
    """Weights of a Core ML program: version 2, zeros, and the mark of a blob."""
    return head[4:8] == b"\2\0\0\0" and head[8:64] == bytes(56) and head[64:68] == b"\xef\xbe\xad\xde"


def _paddle_parameters(head: bytes) -> bool:
    """Parameters of PaddlePaddle: three zeros in 16 bytes, then a short description of a tensor."""
    return head[:16] == bytes(16) and head[17:20] == bytes(3) and head[16] >= 2 and head[20:21] == b"\x08"


def weak_stream(head: bytes) -> Format | None:
    """Return the kind of compressed stream that has no signature worth the name, found by reading its start."""
    if head.startswith(b"BZh") and head[4:10] in (b"1AY&SY", b"\x17rE8P\x90"):
        return Format.BZIP2
    if _zlib(head[old_joblib_header(head) :]):
        return Format.ZLIB
    if len(head) >= 14 and head[0] == 0x5D and head[13] == 0 and _lzma(head):
        return Format.LZMA
    return None


def old_joblib_header(head: bytes) -> int:
    """
    Return the length of what joblib before 0.10 put in front of zlib, 0 where it is not there.

    That is ZF and a hexadecimal length in 19 characters, as `int` takes it, a space more where Python 2 wrote it
    (joblib/numpy_pickle_compat.py, `read_zfile`).
    """
    if not head.startswith(b"ZF"):
        return 0
    try:
        int(head[2:21], 16)
    except ValueError:
        return 0
    return 22 if head[21:22] == b" " else 21


def _zlib(head: bytes) -> bool:
    """RFC 1950: method 8, window up to 32 KiB, the two bytes divisible by 31; and then it must inflate."""
    if len(head) < 8 or head[0] & 0x0F != 8 or head[0] >> 4 > 7 or (head[0] << 8 | head[1]) % 31 or head[1] & 0x20:
        return False
    import zlib

    decoder = zlib.decompressobj()
    try:
        output = decoder.decompress(head, 1 << 16)
    except zlib.error:
        return False
    # Blocks may be empty for longer than the head.
    return bool(output) or (not decoder.eof and len(head) >= HEAD)


def _lzma(head: bytes) -> bool:
    """Try with a small window: how much memory the stream asks for is for its reader to judge."""
    import lzma

    tried = head[:1] + _WINDOW.to_bytes(4, "little") + head[5:]
    try:
        return bool(lzma.LZMADecompressor(lzma.FORMAT_ALONE).decompress(tried, 1 << 16))
    except lzma.LZMAError:
        return False
