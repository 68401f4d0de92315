"""The closed words of tips: kinds of incident, of internet detail, and annotations, with how senders spell them."""

from typing import Final

from amparo.base import gettext_noop

#: Key -> the sentence a screen shows. Keys are permanent: they stand in rows.
INCIDENT_KINDS: Final[dict[str, str]] = {
    "abuse-material": gettext_noop("possession, making or spreading of child sexual abuse material"),
    "enticement": gettext_noop("online enticement of a child"),
    "trafficking": gettext_noop("sex trafficking of a child"),
    "sex-tourism": gettext_noop("child sex tourism"),
    "molestation": gettext_noop("sexual abuse of a child"),
    "misleading-domain": gettext_noop("a misleading domain name"),
    "misleading-words": gettext_noop("misleading words or images"),
    "unsolicited": gettext_noop("unsolicited obscene material sent to a child"),
    "other": gettext_noop("another kind of incident"),
}
#: Words (in `squeezed` form) that tell the kind, asked in this order.
INCIDENT_WORDS: Final = (
    (("trafficking",), "trafficking"),
    (("tourism",), "sex-tourism"),
    (("enticement", "grooming", "solicitationofachild"), "enticement"),
    (("molestation", "handson"), "molestation"),
    (("misleadingdomain",), "misleading-domain"),
    (("misleadingword", "misleadingimage", "misleadingdigital"), "misleading-words"),
    (("unsolicited",), "unsolicited"),
    (("possession", "manufactur", "distribution", "csam", "abusematerial", "abuseimage"), "abuse-material"),
)
INTERNET_KINDS: Final[dict[str, str]] = {
    "web-page": gettext_noop("web page"),
    "e-mail": gettext_noop("e-mail"),
    "newsgroup": gettext_noop("newsgroup"),
    "chat": gettext_noop("chat"),
    "game": gettext_noop("online game"),
    "phone": gettext_noop("telephone"),
    "peer-to-peer": gettext_noop("peer-to-peer network"),
    "non-internet": gettext_noop("outside the internet"),
}


def squeezed(name: str) -> str:
    """Return `name` with letters and digits only, in lower case: one spelling for camelCase, snake_case and Pascal."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def incident_kind(text: str | None) -> str:
    """Return the key of INCIDENT_KINDS that `text` means; "other" where nothing is recognised."""
    plain = squeezed(text or "")
    return next((kind for words, kind in INCIDENT_WORDS if any(word in plain for word in words)), "other")
