"""
Names that a template may use: what is listed is known to be harmless, whatever else there is.

Filters and tests are those of Jinja (https://jinja.palletsprojects.com/en/stable/templates/), as a table rather than from
the installed release, so that the same template gets the same answer everywhere. Functions are Jinja's and those that
model servers add for templates (transformers/utils/chat_template_utils.py, llama-cpp-python llama_chat_format.py).
"""

from __future__ import annotations

import re

FUNCTIONS = frozenset(
    {"caller", "cycler", "dict", "joiner", "loop", "namespace", "raise_exception", "range", "strftime_now", "super"}
)
"""What is called by its name alone."""

METHODS = frozenset(
    {
        # text
        *("capitalize", "casefold", "center", "count", "endswith", "expandtabs", "find", "format", "index", "isalnum"),
        *("isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isspace", "istitle"),
        *(
            "isupper",
            "join",
            "ljust",
            "lower",
            "lstrip",
            "partition",
            "removeprefix",
            "removesuffix",
            "replace",
            "rfind",
        ),
        *(
            "rindex",
            "rjust",
            "rpartition",
            "rsplit",
            "rstrip",
            "split",
            "splitlines",
            "startswith",
            "strip",
            "swapcase",
        ),
        *("title", "upper", "zfill"),
        # dictionaries, lists, sets
        *("add", "append", "clear", "copy", "discard", "extend", "get", "insert", "items", "keys", "pop", "remove"),
        *("reverse", "setdefault", "sort", "update", "values"),
        # loops, dates, numbers
        *("changed", "cycle", "isoformat", "strftime", "bit_length"),
    }
)
"""What is called on a value: methods of text, dictionaries, lists, loops and dates, none of which leads out of them."""

FILTERS = frozenset(
    {
        *("abs", "attr", "batch", "capitalize", "center", "count", "d", "default", "dictsort", "e", "escape"),
        *(
            "filesizeformat",
            "first",
            "float",
            "forceescape",
            "format",
            "from_json",
            "fromjson",
            "groupby",
            "indent",
            "int",
        ),
        *("items", "join", "last", "length", "list", "lower", "map", "max", "min", "pprint", "random", "reject"),
        *("rejectattr", "replace", "reverse", "round", "safe", "select", "selectattr", "slice", "sort", "string"),
        *("striptags", "sum", "title", "tojson", "trim", "truncate", "unique", "upper", "urlencode", "urlize"),
        *("wordcount", "wordwrap", "xmlattr"),
    }
)

TESTS = frozenset(
    {
        *(
            "!=",
            "<",
            "<=",
            "==",
            ">",
            ">=",
            "boolean",
            "callable",
            "defined",
            "divisibleby",
            "eq",
            "equalto",
            "escaped",
        ),
        *("even", "false", "filter", "float", "ge", "greaterthan", "gt", "in", "integer", "iterable", "le", "lessthan"),
        *("lower", "lt", "mapping", "ne", "none", "number", "odd", "sameas", "sequence", "string", "test", "true"),
        *("undefined", "upper", "containing", "contains", "startingwith", "endingwith"),
    }
)

OBJECTS = frozenset(
    {
        *("self", "cycler", "joiner", "lipsum", "request", "config", "url_for", "get_flashed_messages", "current_app"),
        *("environ", "builtins", "importlib", "os", "subprocess", "sys"),
    }
)
"""Objects of Jinja and of web frameworks whose attributes lead to all of Python. No chat template reads one."""

REMARKABLE_CALLS = frozenset(
    {
        *(
            "popen",
            "system",
            "eval",
            "exec",
            "execfile",
            "compile",
            "import_module",
            "load_module",
            "Popen",
            "check_output",
        ),
        *(
            "check_call",
            "getoutput",
            "getstatusoutput",
            "spawn",
            "fork",
            "execv",
            "execve",
            "loads",
            "run_code",
            "run_path",
        ),
        *("run_module", "from_string", "import_string", "subclasses", "mro", "getattr", "setattr"),
    }
)
"""Names of callables that run code or lead to it, whatever object a template calls them on."""

_FRAMES = frozenset(
    {
        *("func_code", "func_globals", "func_closure", "func_defaults", "im_class", "im_func", "im_self", "mro"),
        *("gi_frame", "gi_code", "gi_yieldfrom", "cr_frame", "cr_code", "cr_await", "cr_origin", "ag_frame", "ag_code"),
        *("ag_await", "f_back", "f_builtins", "f_code", "f_globals", "f_locals", "tb_frame", "tb_next", "co_code"),
    }
)
"""Attributes of functions, generators and frames that need no underscore (jinja2/sandbox.py refuses them too)."""

_SPECIAL = frozenset(
    f"__{name}__"
    for name in (
        *("annotations", "base", "bases", "builtins", "call", "class", "closure", "code", "defaults", "delattr", "del"),
        *(
            "dict",
            "dir",
            "doc",
            "enter",
            "exit",
            "file",
            "func",
            "get",
            "getattr",
            "getattribute",
            "getitem",
            "globals",
        ),
        *("import", "init", "init_subclass", "iter", "kwdefaults", "loader", "module", "mro", "name", "new", "next"),
        *("objclass", "package", "qualname", "reduce", "reduce_ex", "repr", "self", "set", "setattr", "setstate"),
        *("spec", "str", "subclasses", "subclasshook", "weakref", "wrapped", "path", "main", "html", "traceback"),
    )
)
"""Special names of Python's data model by which templates climb. Text between double underscores may be a marker."""
_HIDDEN_ATTRIBUTE = re.compile(r"(?:\A|\.)_")
_FIELD = re.compile(r"\{[^{}]*[.\[]")
"""A replacement field that reads an attribute or an item: `{0.name}`, `{0[name]}`."""


def leads_inside(attribute: str) -> bool:
    """Say whether an attribute, or one of a dotted path, leads to the insides of Python."""
    return bool(_HIDDEN_ATTRIBUTE.search(attribute)) or not _FRAMES.isdisjoint(attribute.split("."))


def names_inside(text: str) -> bool:
    """Say whether text, wherever it stands in an expression, is the name of such an attribute or a path with one."""
    parts = text.split(".")
    return not _SPECIAL.isdisjoint(parts) or (len(parts) == 1 and text in _FRAMES and text != "mro")


def reads_attributes(text: str) -> bool:
    """Say whether `str.format` would read attributes of its arguments for this text."""
    return bool(_FIELD.search(text))
