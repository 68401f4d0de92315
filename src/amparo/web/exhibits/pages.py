"""What the pages of exhibits say: facts in words, problems in the reader's language, a harmless preview of text."""

from typing import Any, Final, NamedTuple

from django.template.defaultfilters import filesizeformat
from django.utils.formats import date_format
from django.utils.translation import gettext

from amparo.base import clean_text, visible
from amparo.web.accounts.models import Person
from amparo.web.exhibits import actions
from amparo.web.exhibits.models import Exhibit, Item
from amparo.web.exhibits.problems import say_problem

#: Bytes of a text item that the preview shows, and of its hexadecimal view.
PREVIEW: Final = 4096
HEX: Final = 256

Facts = list[tuple[str, Any]]


def facts_of(exhibit: Exhibit) -> Facts:
    """The exhibit's own facts, then what its container's header says."""
    own = [
        (gettext("Kind"), exhibit.kind_words),
        (gettext("Size"), filesizeformat(exhibit.size)),
        (gettext("SHA-256"), exhibit.sha256),
        (gettext("Hash check"), exhibit.hash_words),
        *((gettext("%(hash)s stored in it") % {"hash": name}, value) for name, value in exhibit.stored_hashes.items()),
        *((gettext("%(hash)s computed") % {"hash": name}, value) for name, value in exhibit.computed_hashes.items()),
        (gettext("Where it comes from"), exhibit.source),
        (gettext("Platform"), exhibit.provider_words),
        (gettext("Acquired on"), date_format(exhibit.acquired_on, "j M Y") if exhibit.acquired_on else None),
        (gettext("Acquired by"), exhibit.acquired_by),
        (gettext("Acquired where"), exhibit.acquired_where),
        (gettext("Tool"), exhibit.tool),
        (gettext("Deposited by"), exhibit.deposited_by.username),
        (gettext("Deposited"), date_format(exhibit.deposited, "j M Y, H:i T")),
    ]
    return own + [(visible(str(name)), visible(str(value))) for name, value in exhibit.facts.items()]


def problems_of(exhibit: Exhibit) -> list[str]:
    """Each problem as a sentence with its code, in the reader's language."""
    return [say_problem(each) for each in exhibit.problems]


def closed_words(why: str | None) -> str | None:
    return gettext(why) if why else None


def item_facts(item: Item, closed: str | None) -> Facts:
    """Facts of an item; of a closed one only what its placeholder may say."""
    facts: Facts = [
        (gettext("Size"), filesizeformat(item.size) if item.size is not None else None),
        (gettext("SHA-256"), item.sha256),
        (gettext("MD5"), item.md5),
    ]
    if closed is not None:
        return facts
    states = {True: gettext("allocated"), False: gettext("not allocated: deleted, or space of no file"), None: None}
    return [
        *facts,
        (gettext("Type"), item.mime),
        (gettext("Changed"), _moment(item)),
        (gettext("In the file system"), states[item.allocated]),
    ]


def _moment(item: Item) -> str | None:
    if item.mtime is None:
        return visible(item.mtime_raw) or None
    zones = {
        "known": gettext("zone known"),
        "assumed": gettext("zone assumed"),
        "unknown": gettext("zone unknown"),
    }
    return f"{date_format(item.mtime, 'j M Y, H:i:s T')} ({zones.get(item.mtime_zone, item.mtime_zone)})"


class Preview(NamedTuple):
    text: str
    hex: str
    is_cut: bool


def preview(person: Person, item: Item) -> Preview | None:
    """The start of a text item, as harmless text; nothing of any other type. Opening it is recorded first."""
    if not item.mime.startswith("text/"):
        return None
    _, blob = actions.open_item(actor=person, exhibit=item.exhibit, path=item.path)
    data = blob.read(PREVIEW + 1)
    text = data[:PREVIEW].decode(_encoding(data), errors="replace")
    return Preview(visible(clean_text(text)), _hex(data[:HEX]), len(data) > PREVIEW)


def _encoding(data: bytes) -> str:
    return "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8"


def _hex(data: bytes) -> str:
    """Sixteen bytes a line: offset, bytes, printable signs."""
    lines = []
    for at in range(0, len(data), 16):
        part = data[at : at + 16]
        signs = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        lines.append(f"{at:08x}  {part.hex(' '):<47}  {signs}")
    return "\n".join(lines)
