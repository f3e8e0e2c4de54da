"""Collaborative text: Yjs documents (yjs.dev), kept as bytes and merged without keeping any open.

A document has one root, a Y.Text named like its field. Nothing here remembers: each function
loads the bytes that it is given, and gives bytes back. So threads and greenlets share nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pycrdt import Decoder, Doc, Text, get_update, merge_updates

from wandr.changes.splices import splices_between
from wandr.changes.yupdates import refuse_all_but_text
from wandr.errors import Conflict, Invalid

SEEDER = 1  # the client id of all seeds: two seeds of one text are the same to Yjs
MOST_BYTES = 512 * 1024  # of a document, with all that it remembers of deleted text


def seed(name: str, text: str) -> bytes:
    """The document of a text that nobody has typed in yet; the same for everybody who asks."""
    doc: Doc = Doc(client_id=SEEDER)
    doc.get(name, type=Text).insert(0, text)
    return doc.get_update()


def merge(name: str, state: bytes, update: bytes) -> tuple[bytes, str]:
    """The document with an update merged in, and its plain text.

    Raises Invalid for what is no update, or not one of plain text in this root alone; Conflict
    (`text_gap`) for one that builds on updates that are not here.
    """
    with _refusing_nonsense():
        refuse_all_but_text(update)
        doc = _load(name, state)
        doc.apply_update(update)
        _refuse_gap(doc, update)
        if set(doc.keys()) != {name}:
            raise Invalid(f"The update must change the Y.Text '{name}' alone.", code="bad_update")
        text, merged = _plain(doc, name), doc.get_update()
        if _plain(_load(name, merged), name) != text or _units_alive(doc) != _units(text):
            raise Invalid("The update contradicts itself.", code="bad_update")
    return _bounded(merged), text


def normal(update: bytes) -> bytes:
    """The same update as Yjs itself would write it: nothing rides along behind its end."""
    return merge_updates(update)


def rewrite(name: str, state: bytes, text: str) -> tuple[bytes, bytes]:
    """The document with its text made `text`, word by word, and the update that did it.

    Raises Conflict (`text_full`) as `merge` does.
    """
    doc = _load(name, state)
    root = doc.get(name, type=Text)
    before, known = str(root), doc.get_state()
    with doc.transaction():
        for one in reversed(splices_between(before, text)):  # from the end: places stay
            at, end = (_bytes_at(before, units) for units in (one.at, one.at + one.delete))
            if end > at:
                del root[at:end]
            if one.insert:
                root.insert(at, one.insert)
    return _bounded(doc.get_update()), doc.get_update(known)


def _bounded(state: bytes) -> bytes:
    if len(state) > MOST_BYTES:
        raise Conflict("This text remembers too many edits to take another.", code="text_full")
    return state


def _load(name: str, state: bytes) -> Doc:
    doc: Doc = Doc()
    doc.get(name, type=Text)
    doc.apply_update(state)
    return doc


def _plain(doc: Doc, name: str) -> str:
    """The text of a document. Raises Invalid when it holds anything else."""
    root = doc.get(name, type=Text)
    parts = root.diff()
    if any(formats or not isinstance(part, str) for part, formats in parts):
        raise Invalid("The text is plain: no formats, no embeds.", code="bad_update")
    text = "".join(part for part, _ in parts)
    if len(root) != len(text.encode()):  # something invisible counts
        raise Invalid("The text holds what is no text.", code="bad_update")
    return text


def _units_alive(doc: Doc) -> int:
    """How many UTF-16 units were ever typed and not deleted: those of the text, in every library,
    unless an edit cuts a surrogate pair. Then Yjs keeps half of it, and others none."""
    state = doc.get_state()
    typed = sum(clock for _, clock in _state_vector(Decoder(state)))
    _, deletions = _beyond(doc.get_update(), state)
    return typed - sum(length for _, _, length in deletions)


def _units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


def _bytes_at(text: str, units: int) -> int:
    """Where so many UTF-16 units end in UTF-8, in which the library counts."""
    return len(text.encode("utf-16-le")[: 2 * units].decode("utf-16-le").encode())


def _refuse_gap(doc: Doc, update: bytes) -> None:
    """Raise Conflict unless all of the update is in the document, deletions included.

    What is missing would be lost: documents are kept without updates that wait for others.
    """
    state = doc.get_state()
    lacks, deletions = _beyond(update, state)
    known = dict(_state_vector(Decoder(state)))
    if lacks or any(known.get(one, 0) < clock + length for one, clock, length in deletions):
        raise Conflict("This update builds on others that are not here.", code="text_gap")


def _state_vector(read: Decoder) -> Iterator[tuple[int, int]]:
    """Client ids, each with its next clock (yjs/INTERNALS.md, "State vectors")."""
    for _ in range(read.read_var_uint()):
        yield read.read_var_uint(), read.read_var_uint()


def _beyond(update: bytes, state: bytes) -> tuple[int, list[tuple[int, int, int]]]:
    """How many clients' typing of an update a state lacks; all that the update deletes: client id,
    clock and length (Yjs update format, version 1). To be read, the first must be none."""
    read = Decoder(get_update(update, state))
    lacks = read.read_var_uint()
    return lacks, [] if lacks else list(_deletions(read))


def _deletions(read: Decoder) -> Iterator[tuple[int, int, int]]:
    for _ in range(read.read_var_uint()):
        client = read.read_var_uint()
        for _ in range(read.read_var_uint()):
            yield client, read.read_var_uint(), read.read_var_uint()


@contextmanager
def _refusing_nonsense() -> Iterator[None]:
    try:
        yield
    except (ValueError, RuntimeError) as error:
        raise Invalid(f"This is not a Yjs update: {error}.", code="bad_update") from None
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # the library's, and no Exception to Python
            raise
        raise Invalid("This is not a Yjs update.", code="bad_update") from None
