"""
Pickle streams made by a grammar, then broken by mutation.

The grammar keeps a sketch of the stack, so that most streams run for long and reach an import; it prefers the corners:
every spelling of integers and texts, memo indices out of order, marks in odd places, frames that lie.
"""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

NAMES = ("os", "system", "a", "b.c", "numpy", "x y", "é", "text", "text", "__builtin__", "copy_reg", "")
"""Modules and names; the oracle imports none of them. `text` stands for a callable that returns a text."""
INTEGERS = (
    b"0",
    b"00",
    b"01",
    b"1",
    b"-1",
    b"+7",
    b"0x1F",
    b"017",
    b"0o17",
    b"1_0",
    b" 5",
    b"5 ",
    b"5\x00x",
    b"9" * 30,
)
BAD_INTEGERS = (b"", b"x", b"08", b"1__0", b"0x", b"\x00", b"- 1")
FLOATS = (b"1.5", b"1e5", b"inf", b"-nan", b"1_0.5", b" 2.5", b"1.5\x00x", b"0x1p3", b"")
QUOTED = (b"'os'", b'"system"', rb"'\x61'", rb"'\141b'", rb"'a\'b'", rb"'\q'", b"'a", b"os", rb"'\x4'", b"''")


def length(size: int, count: int) -> bytes:
    """Return a little-endian length."""
    return count.to_bytes(size, "little")


class Grammar:
    """One stream in the making."""

    def __init__(self, random_: random.Random) -> None:
        self.random = random_
        self.out = bytearray()
        self.stack: list[str] = []
        self.marks: list[int] = []
        self.memo: dict[int, str] = {}

    def make(self) -> bytes:
        """Return a stream."""
        choose = self.random
        if choose.random() < 0.7:
            self.out += bytes((0x80, choose.choice((0, 1, 2, 2, 3, 4, 4, 4, 5))))
        if choose.random() < 0.2:
            self.out += b"\x95" + length(8, choose.choice((0, 3, 10, 40, 1000)))
        for _ in range(choose.randint(2, 40)):
            choose.choice(_STEPS)(self)
        if choose.random() < 0.9:
            if not self._above():
                self.push("N", "any")
            self.out += b"."
        elif choose.random() < 0.5:
            self.out += choose.choice((b"cos\nsystem?", b"(ios\nsystem?", b"Vos\n\x8c\x06system\x93I5"))
        return bytes(self.out)

    def _above(self) -> list[str]:
        return self.stack[self.marks[-1] if self.marks else 0 :]

    def push(self, code: str | bytes, kind: str) -> None:
        """Emit an opcode with its argument that pushes a value."""
        self.out += code.encode("latin-1") if isinstance(code, str) else code
        self.stack.append(kind)

    def needs(self, *kinds: str) -> bool:
        """Tell whether the topmost values are of these kinds."""
        above = self._above()
        return len(above) >= len(kinds) and all(
            wanted in ("any", found) for wanted, found in zip(kinds, above[len(above) - len(kinds) :], strict=True)
        )

    def replace(self, count: int, code: bytes, kind: str) -> None:
        """Emit an opcode that takes some values and pushes one."""
        if count:
            del self.stack[-count:]
        self.push(code, kind)

    def drop_mark(self) -> None:
        """Forget all above the last mark, and the mark."""
        del self.stack[self.marks.pop() :]


def constant(grammar: Grammar) -> None:
    """Push a constant."""
    choose = grammar.random
    code = choose.choice(
        (
            b"N",
            b"\x88",
            b"\x89",
            b"K" + choose.randbytes(1),
            b"M" + choose.randbytes(2),
            b"J" + choose.randbytes(4),
            b"G" + choose.randbytes(8),
            b"I" + choose.choice(INTEGERS) + b"\n",
            b"L" + choose.choice(INTEGERS) + choose.choice((b"L", b"")) + b"\n",
            b"F" + choose.choice(FLOATS[:-2]) + b"\n",
            b"\x8a" + _counted(1, choose.randbytes(choose.randint(0, 12))),
            b"\x8b" + _counted(4, choose.randbytes(choose.randint(0, 20))),
            b"C" + _counted(1, choose.randbytes(choose.randint(0, 9))),
            b"B" + _counted(4, choose.randbytes(choose.randint(0, 9))),
            b"\x8e" + _counted(8, choose.randbytes(choose.randint(0, 9))),
            b"\x96" + _counted(8, choose.randbytes(choose.randint(0, 9))),
            b"\x97",
        )
    )
    grammar.push(code, "any")


def _counted(size: int, data: bytes) -> bytes:
    return length(size, len(data)) + data


def bad_literal(grammar: Grammar) -> None:
    """Push what unpicklers may refuse, now and then."""
    choose = grammar.random
    if choose.random() < 0.1:
        code = choose.choice((b"I", b"L", b"F", b"S"))
        pool = {b"I": BAD_INTEGERS, b"L": BAD_INTEGERS, b"F": FLOATS, b"S": QUOTED}[code]
        grammar.push(code + choose.choice(pool) + b"\n", "any")


def text(grammar: Grammar, value: str | None = None) -> None:
    """Push a text in one of its spellings."""
    choose = grammar.random
    value = choose.choice(NAMES) if value is None else value
    utf8 = value.encode()
    latin = value.encode("latin-1")
    spellings = [
        b"\x8c" + _counted(1, utf8),
        b"\x8c" + _counted(1, utf8),
        b"X" + _counted(4, utf8),
        b"\x8d" + _counted(8, utf8),
        b"V" + latin + b"\n",
        b"V" + "".join(f"\\u{ord(character):04x}" for character in value).encode() + b"\n",
    ]
    if latin.isascii():
        spellings += [
            b"U" + _counted(1, latin),
            b"T" + _counted(4, latin),
            b"S'" + latin + b"'\n",
            b'S"' + b"".join(b"\\x%02x" % byte for byte in latin) + b'"\n',
            b"S'" + b"".join(b"\\%o" % byte for byte in latin) + b"'\n",
        ]
    grammar.push(choose.choice(spellings), "text")


def recalled_text(grammar: Grammar) -> None:
    """Push a text, remember it, perhaps drop it, and recall it."""
    text(grammar)
    remember(grammar)
    if grammar.random.random() < 0.5:
        grammar.out += b"0"
        grammar.stack.pop()
    recall(grammar)


def stack_global(grammar: Grammar) -> None:
    """Import by two texts, however they came to the stack."""
    choose = grammar.random
    if choose.random() < 0.4:
        filler(grammar)
    for _ in range(2):
        choose.choice((text, text, text, recalled_text, recall))(grammar)
        if choose.random() < 0.4:
            remember(grammar)
    if choose.random() < 0.1:
        grammar.push(b"2", "text")
    if grammar.needs("any", "any"):
        grammar.replace(2, b"\x93", "global")


def lines_global(grammar: Grammar) -> None:
    """Import by two lines."""
    first, second = grammar.random.choices(NAMES, k=2)
    grammar.push(b"c" + first.encode() + b"\n" + second.encode() + b"\n", "global")


def instance_lines(grammar: Grammar) -> None:
    """Import by two lines and call."""
    if not grammar.marks and grammar.random.random() < 0.9:
        mark(grammar)
        constant(grammar)
    first, second = grammar.random.choices(NAMES, k=2)
    if grammar.marks:
        grammar.drop_mark()
    grammar.push(b"i" + first.encode() + b"\n" + second.encode() + b"\n", "instance")


def instance(grammar: Grammar) -> None:
    """Call what stands above a mark."""
    mark(grammar)
    grammar.random.choice((lines_global, stack_global, recall))(grammar)
    for _ in range(grammar.random.randint(0, 2)):
        constant(grammar)
    grammar.drop_mark()
    grammar.push(b"o", "instance")


def call(grammar: Grammar) -> None:
    """Call what stands on the stack."""
    choose = grammar.random
    if not grammar.needs("global"):
        choose.choice((lines_global, stack_global, recall, loaded))(grammar)
    how = choose.randint(0, 3)
    make_tuple(grammar)
    if how < 2 and grammar.needs("any", "any"):
        grammar.replace(2, b"R", "text" if choose.random() < 0.2 else "instance")
    elif how == 2 and grammar.needs("any", "any"):
        grammar.replace(2, b"\x81", "instance")
    elif grammar.needs("any", "any"):
        grammar.push(b"}", "dict")
        grammar.replace(3, b"\x92", "instance")


def make_tuple(grammar: Grammar) -> None:
    """Make a tuple of new values."""
    choose = grammar.random
    count = choose.randint(0, 3)
    if count == 0:
        grammar.push(b")", "tuple")
    elif choose.random() < 0.5:
        for _ in range(count):
            choose.choice((constant, text, recall, closed, loaded))(grammar)
        if grammar.needs(*["any"] * count):
            grammar.replace(count, bytes((0x84 + count,)), "tuple")
    else:
        mark(grammar)
        for _ in range(count):
            choose.choice((constant, text, recall))(grammar)
        grammar.drop_mark()
        grammar.push(b"t", "tuple")


def closed(grammar: Grammar) -> None:
    """Push a container of two values, or drop them above one."""
    mark(grammar)
    constant(grammar)
    constant(grammar)
    grammar.drop_mark()
    code = grammar.random.choice((b"t", b"l", b"\x91", b"1"))
    if code == b"1":
        grammar.out += code
        constant(grammar)
    else:
        grammar.push(code, "any")


def loaded(grammar: Grammar) -> None:
    """Push what the loader has for an id."""
    text(grammar)
    grammar.replace(1, b"Q", "any")


def stale_recall(grammar: Grammar) -> None:
    """Recall a text, put something else at its index, and only then use the text."""
    text(grammar, "os")
    index = grammar.random.choice((0, len(grammar.memo) % 256))
    grammar.push(b"q" + bytes((index,)) + b"0h" + bytes((index,)), "text")
    grammar.out += b"I1\nq" + bytes((index,)) + b"0"
    grammar.stack.pop()
    grammar.memo[index] = "any"
    text(grammar)
    grammar.replace(2, b"\x93", "global")


def mark(grammar: Grammar) -> None:
    """Open a mark."""
    grammar.out += b"("
    grammar.marks.append(len(grammar.stack))


def close(grammar: Grammar) -> None:
    """Close the last mark by one of the opcodes that do."""
    if not grammar.marks:
        return
    even = len(grammar._above()) % 2 == 0
    grammar.drop_mark()
    below = grammar._above()
    choices = [
        (b"t", "tuple"),
        (b"l", "list"),
        (b"\x91", "any"),
        (b"1", ""),
        (b"d", "dict") if even else (b"t", "tuple"),
    ]
    if below and below[-1] in ("list", "set", "dict", "instance") and grammar.random.random() < 0.8:
        code = {"list": b"e", "set": b"\x90", "dict": b"u", "instance": b"e"}[below[-1]]
        if even or code != b"u":
            grammar.out += code
            return
    code, kind = grammar.random.choice(choices)
    if kind:
        grammar.push(code, kind)
    else:
        grammar.out += code


def container(grammar: Grammar) -> None:
    """Push an empty container."""
    code, kind = grammar.random.choice(((b"]", "list"), (b"}", "dict"), (b"\x8f", "set"), (b")", "tuple")))
    grammar.push(code, kind)


def single_item(grammar: Grammar) -> None:
    """Put one item into a container."""
    if grammar.random.random() < 0.5:
        grammar.push(b"]", "list")
        constant(grammar)
        grammar.stack.pop()
        grammar.out += b"a"
    else:
        grammar.push(b"}", "dict")
        text(grammar)
        constant(grammar)
        del grammar.stack[-2:]
        grammar.out += b"s"


def build(grammar: Grammar) -> None:
    """Give an instance its state."""
    if grammar.needs("any"):
        container(grammar)
        grammar.stack.pop()
        grammar.out += b"b"


def remember(grammar: Grammar) -> None:
    """Remember the topmost value, at an index that may surprise."""
    if not grammar._above():
        return
    choose = grammar.random
    kind = grammar._above()[-1]
    way = choose.randint(0, 4)
    index = choose.choice((len(grammar.memo), len(grammar.memo), len(grammar.memo), choose.randint(0, 5), 300))
    if way == 0:
        grammar.out += b"p" + choose.choice((b"", b"", b" ", b"0", b"+")) + str(index).encode() + b"\n"
    elif way == 1 and index < 256:
        grammar.out += b"q" + bytes((index,))
    elif way == 2:
        grammar.out += b"r" + length(4, index)
    else:
        grammar.out += b"\x94"
        index = len(grammar.memo)
    grammar.memo[index] = kind


def recall(grammar: Grammar) -> None:
    """Recall a value."""
    if not grammar.memo:
        text(grammar)
        return
    index = grammar.random.choice(list(grammar.memo))
    way = grammar.random.randint(0, 2)
    if way == 0 and index < 256:
        code = b"h" + bytes((index,))
    elif way == 1:
        code = b"j" + length(4, index)
    else:
        code = b"g" + str(index).encode() + b"\n"
    grammar.push(code, grammar.memo[index])


def drop(grammar: Grammar) -> None:
    """Drop or duplicate the topmost value, or drop a mark by POP."""
    if grammar._above():
        if grammar.random.random() < 0.5:
            grammar.push(b"2", grammar._above()[-1])
        else:
            grammar.stack.pop()
            grammar.out += b"0"
    elif grammar.marks:
        grammar.marks.pop()
        grammar.out += b"0"


def loader(grammar: Grammar) -> None:
    """Ask the loader, or the extension registry."""
    choose = grammar.random
    way = choose.randint(0, 4)
    if way == 0:
        grammar.push(b"P" + choose.choice(NAMES).encode("ascii", "ignore") + b"\n", "any")
    elif way == 1:
        text(grammar)
        grammar.replace(1, b"Q", "any")
    elif way == 2:
        size = choose.choice((1, 2, 4))
        grammar.push(bytes((0x82 + size // 2,)) + length(size, choose.choice((1, 1, 2, 9))), "global")
    elif way == 3:
        grammar.push(b"C\x01x\x98", "any")


def structure(grammar: Grammar) -> None:
    """State a protocol or a frame in the middle."""
    choose = grammar.random
    if choose.random() < 0.3:
        grammar.out += bytes((0x80, choose.choice((0, 2, 4, 5))))
    elif choose.random() < 0.3:
        grammar.out += b"\x95" + length(8, choose.choice((0, 1, 2, 5, 20, 100)))


def instances(grammar: Grammar) -> None:
    """Push instances of the class at index 0, of which runs may hold some."""
    choose = grammar.random
    if 0 not in grammar.memo:
        grammar.push(b"ca\nb\np0\n", "global")
        grammar.memo[0] = "global"
    if grammar.memo[0] != "global":
        return
    for _ in range(choose.randint(1, 4)):
        arguments = choose.choice((b")", b"K\x01\x85", b"\x8c\x02osK\x02\x86"))
        grammar.push(b"h\x00" + arguments + choose.choice((b"\x81", b"\x81", b"R")), "instance")
        if choose.random() < 0.5:
            remember(grammar)
        if choose.random() < 0.5:
            grammar.out += choose.choice((b"}b", b"}(\x8c\x01aK\x01ub", b"Nb", b"}\x8c\x01bNsb"))


def cut_text(grammar: Grammar) -> None:
    """Import by a text that a frame cuts: who reads a file loses its first letter, others end here."""
    grammar.push(b"\x95" + length(8, 3) + b"\x8c\x02xaN", "text")
    text(grammar)
    grammar.replace(2, b"\x93", "global")


def filler(grammar: Grammar) -> None:
    """Push plain data, long enough for the machine to pass over it."""
    choose = grammar.random
    if choose.random() < 0.5:
        _remembered_run(grammar)
        return
    data = _data(choose, 2)
    protocol = choose.choice((2, 3, 4, 5))
    body = pickle.dumps(data, protocol)[2:-1]
    grammar.push(body, "any")
    grammar.memo |= dict.fromkeys(range(body.count(b"\x94") if protocol >= 4 else 1), "any")


def _remembered_run(grammar: Grammar) -> None:
    """Push constants, each remembered at the next index; they stand as texts in the memo."""
    choose = grammar.random
    explicit = choose.random() < 0.5
    for _ in range(choose.randint(4, 30)):
        text(grammar, choose.choice(("os", "system", "a", "b")))
        index = len(grammar.memo)
        if explicit:
            grammar.out += b"q" + bytes((index,)) if index < 256 else b"r" + length(4, index)
        elif choose.random() < 0.9:
            grammar.out += b"\x94"
        else:
            continue
        grammar.memo[index] = "text"


def _data(choose: random.Random, depth: int) -> object:
    way = choose.randint(0, 7 if depth else 3)
    if way <= 3:
        return choose.choice((None, True, 7, 300, 1 << 20, 1.5, "os", "system", "word", "é", b"bytes", 1 << 70))
    items = [_data(choose, depth - 1) for _ in range(choose.choice((1, 2, 2, 3, 3, 12 // (4 - depth))))]
    if way == 4:
        return tuple(items)
    if way == 5:
        return {f"key {place}": item for place, item in enumerate(items)}
    return items


_STEPS: tuple[Callable[[Grammar], None], ...] = (
    *(constant,) * 3,
    *(text,) * 3,
    *(stack_global,) * 4,
    *(lines_global,) * 2,
    *(call,) * 4,
    *(remember,) * 3,
    *(recall,) * 2,
    *(mark,) * 2,
    *(close,) * 3,
    bad_literal,
    recalled_text,
    stale_recall,
    instance_lines,
    instance,
    make_tuple,
    container,
    single_item,
    build,
    drop,
    loader,
    structure,
    cut_text,
    *(instances,) * 2,
    filler,
)


def mutate(random_: random.Random, stream: bytes) -> bytes:
    """Break a stream a little."""
    data = bytearray(stream)
    for _ in range(random_.choice((1, 1, 2, 3))):
        place = random_.randrange(len(data) + 1)
        way = random_.randint(0, 5)
        if way == 0 and place < len(data):
            data[place] = random_.randrange(256)
        elif way == 1:
            data[place:place] = bytes((random_.choice(_OPCODES),))
        elif way == 2:
            del data[place : place + random_.choice((1, 1, 2, 8))]
        elif way == 3:
            other = random_.randrange(len(data) + 1)
            data[place:place] = data[other : other + random_.choice((2, 6, 20))]
        elif way == 4 and place < len(data):
            data[place] ^= 1 << random_.randrange(8)
        elif way == 5 and random_.random() < 0.2:
            del data[place:]
    return bytes(data)


_OPCODES = (
    b"().012BCFGIJKLMNPQRSTUVX]abcdeghijlopqrstu}\x80\x81\x82\x85\x86\x87\x88\x8c\x90\x91\x92\x93\x94\x95\x97\x98"
)


def streams(random_: random.Random) -> bytes:
    """Return one case: a stream, or two in a row, mutated or not."""
    stream = Grammar(random_).make()
    if random_.random() < 0.1:
        stream += Grammar(random_).make()
    return mutate(random_, stream) if random_.random() < 0.4 else stream
