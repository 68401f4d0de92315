"""Tags: what publishers say about addresses, read from TagPacks and address lists, ranked, never overwritten."""

from amparo.ledger.tags.address_list import AddressList, read_address_list
from amparo.ledger.tags.forms import FORMS, form_of
from amparo.ledger.tags.index import TagIndex
from amparo.ledger.tags.tag import CONFIDENCE, Tag
from amparo.ledger.tags.tagpack import TagPack, read_tagpack

__all__ = [
    "CONFIDENCE",
    "FORMS",
    "AddressList",
    "Tag",
    "TagIndex",
    "TagPack",
    "form_of",
    "read_address_list",
    "read_tagpack",
]
