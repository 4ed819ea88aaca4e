"""
Walk the files that were there before GGUF: ggml, ggmf, ggjt, ggla.

Nothing in them says how long a vocabulary or a table is but the layout that its program had, and ggml names none. A file
counts as read if one of the layouts that were published accounts for all of it, from the first byte to the last:
LLaMA's (llama.cpp before August 2023, `llama_file_loader`), its adapters' and Whisper's (whisper.cpp, `whisper_model_load`).
"""

from __future__ import annotations

from scanners.formats import Malformed
from scanners.gguf.cursor import HeaderCursor
from scanners.gguf.types import BLOCKS
from scanners.limits import BudgetExceeded

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from scanners.sources import Source

_OLD_BLOCKS: Mapping[int, tuple[int, int]] = {**BLOCKS, 2: (32, 20), 3: (32, 24), 8: (32, 36)}
"""Before May 2023 the scales of blocks had four bytes."""
_MAX_STRINGS = 1 << 21
_MAX_TENSORS = 200_000
_MAX_LENGTH = 65_535
_PAGE = 32
"""What ggjt aligns numbers to, so that they can be mapped."""


def walk(source: Source) -> None:
    """Return where a layout accounts for every byte; raise `Malformed` of the layout that got furthest."""
    furthest: Malformed | None = None
    for start, position in _layouts(source):
        for blocks in (BLOCKS, _OLD_BLOCKS):
            try:
                cursor = HeaderCursor(source, position, "<", wide=False, limit=None)
                aligned = start(cursor)
                _tensors(cursor, blocks, aligned=aligned)
            except Malformed as error:
                furthest = error if furthest is None or error.offset > furthest.offset else furthest
            else:
                return
    raise furthest or Malformed(0, "ggml, ggmf, ggjt or ggla and a version", source.read(0, 8).hex())


def _layouts(source: Source) -> Iterator[tuple[Callable[[HeaderCursor], bool], int]]:
    """Yield what may stand behind the magic, and where it starts."""
    head = source.read(0, 8)
    version = int.from_bytes(head[4:8], "little")
    if head[:4] == b"lmgg":
        yield _llama, 4
        yield _whisper, 4
    elif head[:4] == b"fmgg" and version == 1:
        yield _llama_scored, 8
    elif head[:4] == b"tjgg" and version in (1, 2, 3):
        yield _llama_mapped, 8
    elif head[:4] == b"algg" and version == 1:
        yield _adapter, 8


def _llama(cursor: HeaderCursor) -> bool:
    vocabulary = cursor.uint32()
    cursor.skip(6 * 4)
    _strings(cursor, vocabulary, 0)
    return False


def _llama_scored(cursor: HeaderCursor) -> bool:
    vocabulary = cursor.uint32()
    cursor.skip(6 * 4)
    _strings(cursor, vocabulary, 4)
    return False


def _llama_mapped(cursor: HeaderCursor) -> bool:
    _llama_scored(cursor)
    return True


def _adapter(cursor: HeaderCursor) -> bool:
    """Skip the rank and the factor of an adapter, which has no vocabulary."""
    cursor.skip(2 * 4)
    return True


def _whisper(cursor: HeaderCursor) -> bool:
    cursor.skip(11 * 4)
    filters = cursor.uint32() * cursor.uint32()
    cursor.skip(filters * 4)
    _strings(cursor, cursor.uint32(), 0)
    return False


def _strings(cursor: HeaderCursor, count: int, behind: int) -> None:
    """Skip a vocabulary: texts, with `behind` bytes behind each."""
    if count > _MAX_STRINGS or count * 4 > cursor.left():
        raise Malformed(cursor.position, "a vocabulary that fits", f"{count} entries")
    for _ in range(count):
        cursor.skip(_short(cursor.uint32(), cursor) + behind)


def _short(length: int, cursor: HeaderCursor) -> int:
    if length > _MAX_LENGTH:
        raise Malformed(cursor.position, f"at most {_MAX_LENGTH} bytes of text", f"{length}")
    return length


def _tensors(cursor: HeaderCursor, blocks: Mapping[int, tuple[int, int]], *, aligned: bool) -> None:
    """Skip tensors up to the end of the file, exactly."""
    count = 0
    while cursor.left():
        count += 1
        if count > _MAX_TENSORS:
            raise BudgetExceeded("tensors", _MAX_TENSORS)
        at = cursor.position
        dimensions, name, type_ = cursor.uint32(), _short(cursor.uint32(), cursor), cursor.uint32()
        if not 1 <= dimensions <= 4 or type_ not in blocks:
            raise Malformed(at, "dimensions and a type that are known", f"{dimensions} dimensions of type {type_}")
        items = 1
        for _ in range(dimensions):
            items *= cursor.uint32()
        cursor.skip(name)
        if aligned:
            cursor.skip(-cursor.position % _PAGE)
        block, size = blocks[type_]
        cursor.skip(-(-items // block) * size)
    if not count:
        raise Malformed(cursor.position, "a tensor", "the end of the file")
