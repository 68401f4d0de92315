"""Tags: what publishers say about addresses and transactions, ranked, never overwritten, written back as they were."""

from amparo.ledger.tags.actors import Actor, ActorPack, read_actorpack, write_actorpack
from amparo.ledger.tags.address_list import AddressList, read_address_list, write_address_list
from amparo.ledger.tags.conflicts import Conflict
from amparo.ledger.tags.forms import FORMS, form_of
from amparo.ledger.tags.index import SERVICE_KINDS, Provenance, TagIndex, is_nobodys
from amparo.ledger.tags.own import OwnTag, own_pack
from amparo.ledger.tags.tag import CONFIDENCE, TAG_TYPES, Tag
from amparo.ledger.tags.tagpack import TagPack, read_tagpack, write_tagpack

__all__ = [
    "CONFIDENCE",
    "FORMS",
    "SERVICE_KINDS",
    "TAG_TYPES",
    "Actor",
    "ActorPack",
    "AddressList",
    "Conflict",
    "OwnTag",
    "Provenance",
    "Tag",
    "TagIndex",
    "TagPack",
    "form_of",
    "is_nobodys",
    "own_pack",
    "read_actorpack",
    "read_address_list",
    "read_tagpack",
    "write_actorpack",
    "write_address_list",
    "write_tagpack",
]
