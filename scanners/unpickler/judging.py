"""The listener that turns what a machine does into findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scanners.findings import Finding
from scanners.imports import Judgement, Kind, check_arguments, check_escape, check_state, judge, spellings
from scanners.imports.values import Stretch
from scanners.sources import SliceSource
from scanners.unpickler.facts import Fact, Nested
from scanners.unpickler.listening import Listener
from scanners.unpickler.meaning import spelling, translate
from scanners.unpickler.special import SPECIAL
from scanners.unpickler.values import Container, Global, Made, Persistent, Unnamed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanners.sources import Source

_RULES = {
    Kind.NOT_RECOGNISED: "import-not-recognised",
    Kind.REACHES_OUT: "import-reaches-out",
    Kind.RUNS_CODE: "import-runs-code",
}


class Judge(Listener):
    """What one part of a file was found to do."""

    def __init__(self, source: Source, allowed_imports: frozenset[str], *, persistent_ids: bool) -> None:
        """`persistent_ids` says that the part stands where its loader expects persistent ids."""
        self._source = source
        self._allowed = allowed_imports
        self._persistent_ids = persistent_ids
        self._told: set[tuple[str, str | None]] = set()
        self._settled: set[tuple[str, str, bool]] = set()
        self._judgements: dict[tuple[str, str, bool], Judgement] = {}

    def imported(self, what: Global) -> Iterable[Fact]:
        """Judge the name under each of its spellings; the worst counts."""
        key = (what.module, what.name, what.protocol < 3)
        judgement = self._judgements.get(key)
        if judgement is None:
            judgement = self._judgements[key] = self._worst(what, judge)
        what.guarded = judgement.kind is Kind.ARGUMENTS_MATTER
        return self._report(what, judgement, what.offset)

    def import_not_determined(self, offset: int, why: str) -> Iterable[Fact]:
        """Report that the name is not in the stream."""
        return self._tell("import-not-determined", why, offset)

    def extension(self, offset: int, code: int) -> Iterable[Fact]:
        """Report that what the code stands for is not in the stream."""
        return self._tell("extension-code", f"extension code {code}", offset, name=f"extension code {code}")

    def persistent(self, offset: int, identifier: object) -> Iterable[Fact]:
        """Report ids outside of PyTorch's containers."""
        if self._persistent_ids:
            return ()
        shown = repr(identifier)[:200] if isinstance(identifier, str | int) else "a value on the stack"
        return self._tell("persistent-id", f"asks for {shown}", offset)

    def out_of_band(self, offset: int) -> Iterable[Fact]:
        """Report that buffers from elsewhere were not examined."""
        return self._tell("out-of-band-buffer", "NEXT_BUFFER", offset)

    def called(self, offset: int, callee: object, arguments: object, *, new: bool) -> Iterable[Fact]:
        """Judge a call by its callee, and where that asks for it, by its arguments."""
        if isinstance(callee, Global):
            return self._call(offset, callee, arguments, new=new)
        if isinstance(callee, Unnamed):
            return ()
        returned = _returned_import(callee)
        if returned is not None:
            return self._call(offset, returned, arguments, new=new)
        shown = "what persistent_load returns" if isinstance(callee, Persistent) else "what an earlier call returns"
        if isinstance(callee, Made) and callee.by is not None:
            shown = f"what {callee.by.module}.{callee.by.name} returns"
        return self._tell("call-not-determined", f"calls {shown}", offset)

    def built(self, offset: int, target: object, state: object, special: str | None) -> Iterable[Fact]:
        """Judge who gets a state, and which."""
        if isinstance(target, Global):
            yield from self._tell_changed(offset, target, "attributes")
            return
        for key in _special_keys(state, special):
            yield from self._tell("special-attribute", f"BUILD sets {key}", offset, name=key)
        if isinstance(target, Made) and target.by is not None and target.by.guarded:
            yield from self._guarded(target.by, offset, lambda module, name: self._state(module, name, target, state))

    def changed(self, offset: int, target: object, items: list[object]) -> Iterable[Fact]:
        """Report items put into imported objects; instances may be given some."""
        del items
        return self._tell_changed(offset, target, "items") if isinstance(target, Global) else ()

    def escaped(self, offset: int, what: Global) -> Iterable[Fact]:
        """Judge an import that may be used by anybody from here on."""
        return self._guarded(what, offset, check_escape)

    def frame_disagrees(self, offset: int, why: str) -> Iterable[Fact]:
        """Report frames that no pickler writes."""
        return self._tell("frame-disagrees", why, offset)

    def late_protocol(self, offset: int, number: int) -> Iterable[Fact]:
        """Tell of a protocol that is stated late."""
        return self._tell("protocol-repeated", f"PROTO {number}", offset)

    def _state(self, module: str, name: str, target: Made, state: object) -> Judgement:
        assert target.by is not None
        mapped = (module, name) != (target.by.module, target.by.name)
        return check_state(module, name, translate(state, mapped=mapped))

    def _call(self, offset: int, callee: Global, arguments: object, *, new: bool) -> Iterable[Fact]:
        if not callee.guarded:
            return ()
        key = (callee.module, callee.name, new)
        if key in self._settled:
            return ()
        worst: Judgement | None = None
        facts: list[Fact] = []
        for mapped in (False, True):
            module, name = spelling(callee, mapped=mapped)
            judged = check_arguments(module, name, translate(arguments, mapped=mapped), new=new)
            if self._vouched(module, name, judged):
                continue
            worst = judged if worst is None or judged.kind > worst.kind else worst
        if worst is None or (worst.any_arguments and worst.kind is Kind.HARMLESS):
            self._settled.add(key)
        if worst is not None:
            facts += self._report(callee, worst, offset)
            facts += self._nested(worst)
        return facts

    def _nested(self, judgement: Judgement) -> Iterator[Nested]:
        for value in judgement.embedded:
            if isinstance(value, Stretch):
                source = SliceSource(self._source, value.offset, value.length)
                yield Nested(source=source, member=f"<bytes at {value.offset}>")

    def _guarded(self, what: Global, offset: int, check: Callable[[str, str], Judgement]) -> Iterable[Fact]:
        return self._report(what, self._worst(what, check), offset)

    def _worst(self, what: Global, check: Callable[[str, str], Judgement]) -> Judgement:
        judged = [
            judgement
            for module, name in spellings(what.module, what.name, what.protocol)
            if not self._vouched(module, name, judgement := check(module, name))
        ]
        return max(judged, key=lambda judgement: judgement.kind, default=Judgement(Kind.HARMLESS, ""))

    def _vouched(self, module: str, name: str, judgement: Judgement) -> bool:
        """Say whether the operator answers for the name: for an unknown one, never for one known to be dangerous."""
        return judgement.kind <= Kind.NOT_RECOGNISED and f"{module}.{name}" in self._allowed

    def _report(self, what: Global, judgement: Judgement, offset: int) -> Iterable[Fact]:
        rule = _RULES.get(judgement.kind)
        if rule is None:
            return ()
        name = f"{what.module}.{what.name}"[:1000]
        return self._tell(rule, judgement.reason, offset, name=name)

    def _tell_changed(self, offset: int, target: Global, what: str) -> Iterable[Fact]:
        name = f"{target.module}.{target.name}"
        return self._tell("import-changed", f"sets {what} of {name}", offset, name=name)

    def _tell(self, rule: str, evidence: str, offset: int, *, name: str | None = None) -> Iterable[Fact]:
        key = (rule, evidence if name is None else name)
        if key in self._told:
            return ()
        self._told.add(key)
        return (Finding(rule=rule, evidence=evidence, offset=offset, name=name),)


def _special_keys(state: object, special: str | None) -> Iterator[str]:
    """Yield the special attributes that a state sets; `special` where not all of its keys are known."""
    parts = state if isinstance(state, tuple) else (state,)
    for part in parts[:2]:
        if isinstance(part, Container):
            yield from (key for key in part.items[::2] if isinstance(key, str) and key in SPECIAL)
        known = part.complete if isinstance(part, Container) else isinstance(part, _PLAIN)
        if not known and special is not None:
            yield special


_PLAIN = (type(None), bool, int, float, str, Global, Persistent, Unnamed, Made)
"""Classes of values that are no dict, or whose keys are nobody's business."""


def _returned_import(callee: object) -> Global | None:
    """Return the import that a call gave, where it gave one: `getattr` of a class gives its method."""
    if not isinstance(callee, Made) or callee.by is None or not callee.by.guarded:
        return None
    mapped = callee.by.protocol < 3
    result = check_arguments(*spelling(callee.by, mapped=mapped), translate(callee.arguments, mapped=mapped)).result
    if result is None:
        return None
    return Global(result.module, result.name, 4, callee.by.offset, guarded=True)
