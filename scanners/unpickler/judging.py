"""The listener that turns what a machine does into findings."""

from __future__ import annotations

from scanners import imports
from scanners.findings import Finding
from scanners.unpickler.facts import Fact, Nested
from scanners.unpickler.listening import Listener
from scanners.unpickler.special import SPECIAL
from scanners.unpickler.values import Container, Global, Made, Persistent, Unnamed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from scanners.imports import Judgement, Kind
    from scanners.imports.values import Value
    from scanners.sources import Source

_RULES = {
    "NOT_RECOGNISED": "import-not-recognised",
    "REACHES_OUT": "import-reaches-out",
    "RUNS_CODE": "import-runs-code",
}
"""Kind -> rule."""


class Judge(Listener):
    """What one part of a file was found to do."""

    def __init__(self, source: Source, allowed_imports: frozenset[str], *, persistent_ids: bool) -> None:
        """`persistent_ids` says that the part stands where its loader expects persistent ids."""
        self._source = source
        self._allowed = allowed_imports
        self._persistent_ids = persistent_ids
        self._told: set[tuple[str, str | None]] = set()
        self._settled: set[tuple[str, str, bool, bool]] = set()
        """Callees of which the arguments do not matter after all, and whether made anew."""
        self._judgements: dict[tuple[str, str, bool], Judgement] = {}
        self._fillable: set[tuple[str, str]] = set()
        """What gives containers, for any arguments."""

    def imported(self, what: Global) -> Iterable[Fact]:
        """Judge the name under each of its spellings; the worst counts. What one machine found before is judged."""
        if what.spellings:
            return ()
        what.spellings = imports.spellings(what.module, what.name, what.protocol)
        key = (what.module, what.name, what.protocol < 3)
        judgement = self._judgements.get(key)
        if judgement is None:
            judgement = self._judgements[key] = self._worst(what, imports.judge)
        what.guarded = judgement.kind is imports.Kind.ARGUMENTS_MATTER
        self._free(what)
        return self._report(what, judgement, what.offset)

    def _free(self, what: Global) -> None:
        """Note what may be done with an import without anything to report."""
        seen = "joblib" in what.module  # arrays follow where its wrappers are built
        makes = self._worst(what, _making) if what.guarded else imports.HARMLESS
        what.called_freely = not what.guarded and not seen
        what.made_freely = makes.kind is imports.Kind.HARMLESS and not seen
        what.named_freely = not what.guarded or self._worst(what, imports.check_escape).kind is imports.Kind.HARMLESS

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
            return self._call(offset, callee, arguments, new=new) if callee.guarded else ()
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
            return self._tell_changed(offset, target, "attributes")
        facts: list[Fact] = []
        if special is not None:
            for key in _special_keys(state, special):
                facts += self._tell("special-attribute", f"BUILD sets {key}", offset, name=key)
        if isinstance(target, Made) and target.by is not None:
            if (target.by.module, target.by.name) == ("numpy", "dtype"):
                facts += self._typed(offset, target, state)
            if target.by.guarded:
                facts += self._state(offset, target.by, state)
        return facts

    def changed(self, offset: int, target: object, items: list[object]) -> Iterable[Fact]:
        """Report items put into imported objects, and into instances that saved models do not fill."""
        del items
        if isinstance(target, Global):
            return self._tell_changed(offset, target, "items")
        if isinstance(target, Made) and target.by is not None:
            return self._filled(offset, target.by, target.arguments)
        return ()

    def _typed(self, offset: int, dtype: Made, state: object) -> Iterable[Fact]:
        from scanners.unpickler.dtypes import disagreement

        why = disagreement(dtype, state)
        return () if why is None else self._tell("dtype-disagrees", why, offset)

    def keyed(self, offset: int, target: object, key: str) -> Iterable[Fact]:
        """Report items that are attributes as well: of classes that look attributes up among their items."""
        if not isinstance(target, Made) or (target.by is not None and target.by.module == _PLAIN_MAPPINGS):
            return ()
        return self._tell("special-attribute", f"SETITEM sets {key}", offset, name=key)

    def escaped(self, offset: int, what: Global) -> Iterable[Fact]:
        """Judge an import that may be used by anybody from here on."""
        return self._report(what, self._worst(what, imports.check_escape), offset)

    def _filled(self, offset: int, maker: Global, arguments: object) -> Iterable[Fact]:
        if (maker.module, maker.name) in self._fillable:
            return ()
        judged = [
            imports.check_items(module, name, _translate(arguments, place))
            for place, (module, name) in enumerate(maker.spellings)
            if f"{module}.{name}" not in self._allowed
        ]
        worst = max(judged, key=lambda judgement: judgement.kind, default=imports.HARMLESS)
        if worst.kind is imports.Kind.HARMLESS and not maker.guarded:
            self._fillable.add((maker.module, maker.name))
        return self._report(maker, worst, offset)

    def frame_disagrees(self, offset: int, why: str) -> Iterable[Fact]:
        """Report frames that no pickler writes."""
        return self._tell("frame-disagrees", why, offset)

    def late_protocol(self, offset: int, number: int) -> Iterable[Fact]:
        """Tell of a protocol that is stated late."""
        return self._tell("protocol-repeated", f"PROTO {number}", offset)

    def _call(self, offset: int, callee: Global, arguments: object, *, new: bool) -> Iterable[Fact]:
        """Judge the call of an import whose use decides."""
        key = (callee.module, callee.name, callee.protocol < 3, new)
        if key in self._settled:
            return ()
        judgements = [
            imports.check_arguments(module, name, imports.UNKNOWN, new=new) for module, name in callee.spellings
        ]
        if all(judgement.any_arguments for judgement in judgements):
            self._settled.add(key)
        else:
            judgements = [
                imports.check_arguments(module, name, _translate(arguments, place), new=new)
                for place, (module, name) in enumerate(callee.spellings)
            ]
        worst = max(judgements, key=_kind, default=imports.HARMLESS)
        return [*self._report(callee, worst, offset), *self._nested(worst, offset)]

    def _state(self, offset: int, maker: Global, state: object) -> Iterable[Fact]:
        if all(imports.check_state(*pair, imports.UNKNOWN).kind is imports.Kind.HARMLESS for pair in maker.spellings):
            return ()  # no state of it matters
        judgements = [
            imports.check_state(module, name, _translate(state, place))
            for place, (module, name) in enumerate(maker.spellings)
        ]
        return self._report(maker, max(judgements, key=_kind, default=imports.HARMLESS), offset)

    def _nested(self, judgement: Judgement, offset: int) -> Iterator[Nested]:
        from scanners.unpickler.meaning import bytes_of

        for value in judgement.embedded:
            source = bytes_of(value, self._source)
            if source is not None:
                yield Nested(source=source, member=f"<bytes loaded at {offset}>")

    def _worst(self, what: Global, check: Callable[[str, str], Judgement]) -> Judgement:
        return max((check(*pair) for pair in what.spellings), key=_kind)

    def _report(self, what: Global, judgement: Judgement, offset: int) -> Iterable[Fact]:
        rule = _RULES.get(judgement.kind.name)
        if rule is None or (judgement.kind is imports.Kind.NOT_RECOGNISED and self._vouched(what)):
            return ()
        name = f"{what.module}.{what.name}"[:1000]
        return self._tell(rule, judgement.reason, offset, name=name)

    def _vouched(self, what: Global) -> bool:
        """Say whether the operator answers for a name that is unknown; for a dangerous one nobody can."""
        return any(".".join(pair) in self._allowed for pair in what.spellings)

    def _tell_changed(self, offset: int, target: Global, what: str) -> Iterable[Fact]:
        name = f"{target.module}.{target.name}"
        return self._tell("import-changed", f"sets {what} of {name}", offset, name=name)

    def _tell(self, rule: str, evidence: str, offset: int, *, name: str | None = None) -> Iterable[Fact]:
        key = (rule, evidence if name is None else name)
        if key in self._told:
            return ()
        self._told.add(key)
        return (Finding(rule=rule, evidence=evidence, offset=offset, name=name),)


def _making(module: str, name: str) -> Judgement:
    """Judge the making anew of an import with arguments that are not known."""
    judgement = imports.check_arguments(module, name, imports.UNKNOWN, new=True)
    return judgement if judgement.any_arguments else judgement._replace(kind=imports.Kind.NOT_RECOGNISED)


def _translate(value: object, spelling: int) -> Value:
    """Say a value in the words of `scanners.imports`; imported here, as those are."""
    from scanners.unpickler.meaning import Translation

    return Translation(spelling).translate(value)


def _kind(judgement: Judgement) -> Kind:
    return judgement.kind


def _special_keys(state: object, special: str) -> Iterator[str]:
    """Yield the special attributes that a state sets; `special` where not all of its keys are known."""
    parts = state if isinstance(state, tuple) else (state,)
    for part in parts[:2]:
        if isinstance(part, Container):
            yield from (key for key in part.items[::2] if isinstance(key, str) and key in SPECIAL)
        known = part.complete if isinstance(part, Container) else isinstance(part, _PLAIN)
        if not known:
            yield special


_PLAIN_MAPPINGS = "collections"
"""Module of the mappings whose items are no attributes."""
_PLAIN = (type(None), bool, int, float, str, Global, Persistent, Unnamed, Made)
"""Classes of values that are no dict, or whose keys are nobody's business."""


def _returned_import(callee: object) -> Global | None:
    """Return the import that a call gave, where it gave one: `getattr` of a class gives its method."""
    if not isinstance(callee, Made) or callee.by is None or not callee.by.guarded:
        return None
    last = len(callee.by.spellings) - 1
    arguments = _translate(callee.arguments, last)
    result = imports.check_arguments(*callee.by.spellings[last], arguments).result
    if result is None:
        return None
    returned = Global(result.module, result.name, 4, callee.by.offset)
    returned.guarded = True
    returned.spellings = ((result.module, result.name),)
    return returned
