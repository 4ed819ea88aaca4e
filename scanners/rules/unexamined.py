"""What it means that something was not examined, and what to do about it: one row for each `Reason`."""

from __future__ import annotations

from typing import NamedTuple

from scanners.findings import Reason

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Unexamined(NamedTuple):
    """One reason, in the words that a rule has."""

    id: str
    """Value of the `Reason`."""
    title: str
    why: str
    """Why it is not taken for clean."""
    remedy: str
    references: tuple[str, ...] = ()


_TABLE = (
    Unexamined(
        Reason.UNREADABLE,
        "The file, or the directory, could not be read",
        "What cannot be read cannot be cleared, and the server may well be allowed to read it.",
        "Correct the path, run as a user who may read it, or change its owner or mode: the detail says which.",
    ),
    Unexamined(
        Reason.NOT_A_FILE,
        "What stood there when it was opened was no file any more",
        "Something exchanges what is examined.",
        "Find out what writes there, and scan again when it is done.",
    ),
    Unexamined(
        Reason.NO_READER_YET,
        "The format is recognised, but this version does not read it",
        "Formats carry code in ways of their own; one that is not read may hold anything.",
        "Convert the model to a format that `weighbridge formats` tells as read.",
    ),
    Unexamined(
        Reason.NOT_RECOGNISED,
        "The content is of no known format",
        "What loads it may run code.",
        "Take the file away from the models if no server loads it, as .git of a clone (`scan` leaves that out by --exclude '.git/*'); "
        "if it is an ordinary file, report it as a defect.",
    ),
    Unexamined(
        Reason.MALFORMED,
        "The content breaks its format in a way that hides what follows",
        "A loader that is less strict reads on where the scanner could not.",
        "Fetch the file again and compare its digest with the publisher's. What is broken at its source should not be served.",
    ),
    Unexamined(
        Reason.ENCRYPTED,
        "A part is encrypted",
        "Its bytes are there, and their meaning is not.",
        "Decrypt it, and scan what it holds.",
    ),
    Unexamined(
        Reason.UNKNOWN_COMPRESSION,
        "A part is compressed by a method that this version does not read",
        "A loader that knows the method sees what the scanner did not.",
        "Unpack it and scan what it holds, or pack it anew with an ordinary method.",
    ),
    Unexamined(
        Reason.BUDGET,
        "A limit was reached before the end of the file",
        "To inflate without end, or to cost hours, is a way past a scanner that gives up.",
        "If you trust where the file comes from, raise the limit that the detail tells: --max-seconds and the like, or "
        "spec.limits of the ModelPolicy.",
    ),
    Unexamined(
        Reason.WORKER_DIED,
        "The process that examined the file ended before it answered",
        "It had no more memory, or a library that reads the format crashed on the file.",
        "Scan the file alone, with more memory. If the process ends again, report it as a defect.",
    ),
    Unexamined(
        Reason.INTERNAL_ERROR,
        "The scanner itself has a fault",
        "What it would have found is not known.",
        "Report it, with the detail.",
    ),
    Unexamined(
        Reason.CHANGED,
        "The file was written to while it was read",
        "What a server loads is not what was examined.",
        "Scan again when the writer is done, or scan a copy.",
    ),
)

UNEXAMINED: Mapping[str, Unexamined] = {row.id: row for row in _TABLE}
"""Value of a `Reason` -> what it means."""
