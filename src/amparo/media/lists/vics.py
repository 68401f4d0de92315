"""VICS-shaped JSON, 1.3 and 2.0, media and cases: read by a native reader in constant memory, written as it came.

The data model is given out under agreement only and could not be read, so nothing here is certified; what is known
comes from public readers and writers of it. A record keeps all its fields, known and unknown, in `Entry.source`.
Records are entries of their own even where two share a file; a hash listed twice with two categories stays twice.
Category is the label, as written ("0" is a category, null and blank are none). Booleans may be words; dates are kept
raw. A digest of the wrong length is left out and said; a record without any good digest is skipped.
Cases: `extra["case"]` holds, as JSON, what stands before the media of its case.
Source: sepinf-inc/IPED ProjectVICHashLookup.java; abrignoni/GLEAPP projectvic.py; askclees/X-Ways-Clees4All VICS.cpp.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, BinaryIO, ClassVar, Final

from amparo.base import Skipped
from amparo.media.lists.entry import Entry, EntryBatch, ListExample, ListFormat
from amparo.media.lists.records import batches
from amparo.media.lists.vics_writing import write_vics

_MD5: Final = "900150983cd24fb0d6963f7d28e17f72"


class _Vics(ListFormat):
    writable = True
    #: How the document begins, up to the profile of the country and the kind of its content.
    opening: ClassVar[tuple[str, str]]

    def read(self, stream: BinaryIO) -> Iterator[EntryBatch | Skipped]:
        return batches(stream)

    def write(self, entries: Iterable[Entry], sink: BinaryIO, facts: Mapping[str, Any]) -> int:
        """`facts["profile"]`: the country profile of 2.0 (Default, US, UK). Entries with a case make a Cases document.

        Entries that were withdrawn, or carry no digest, have no place in this format and are left out.
        """
        key, model = self.opening
        return write_vics(entries, sink, key, model % {"profile": str(facts.get("profile") or "Default")})

    def examples(self) -> list[ListExample]:
        key, model = self.opening
        start = f'{{"{key}":"{model % {"profile": "Default"}}#Media","value":['
        good = f'{{"MediaID":1,"Category":1,"MD5":"{_MD5.upper()}","VictimIdentified":"true","Own":{{"a":[1]}}}}'
        bad = '{"MediaID":2,"Category":0,"MD5":"abc"},{"MediaID":3,"Category":null}'
        cases = f'{{"{key}":"{model % {"profile": "US"}}#Cases","value":[{{"CaseNumber":"7","Media":[{good}]}}]}}'
        return [
            ListExample(f"{start}{good},{bad}]}}".encode(), 1, ("bad-digest", "no-digest")),
            ListExample(b"\xef\xbb\xbf" + cases.encode(), 1, ()),
        ]


class Vics13(_Vics):
    """VICS-shaped JSON 1.3."""

    name = "vics-1.3"
    opening = ("odata.metadata", "http://github.com/ICMEC/ProjectVic/DataModels/1.3.xml")


class Vics20(_Vics):
    """VICS-shaped JSON 2.0."""

    name = "vics-2.0"
    opening = ("@odata.context", "http://github.com/VICSDATAMODEL/ProjectVic/DataModels/2.0.xml/%(profile)s/$metadata")
