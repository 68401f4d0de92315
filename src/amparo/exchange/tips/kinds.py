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
#: Reason of a Skipped in a tip or a delivery -> the sentence a screen shows. Those of archives are in here too.
PROBLEMS: Final[dict[str, str]] = {
    "ambiguous-name": gettext_noop("several delivered files have the name that the report gives"),
    "bad-digest": gettext_noop("a digest has the wrong length or signs"),
    "bad-ip": gettext_noop("an internet address is none"),
    "bad-port": gettext_noop("a port is no number from 1 to 65535"),
    "bomb": gettext_noop("it unpacks to far more than it may"),
    "broken-archive": gettext_noop("the archive is damaged"),
    "broken-json": gettext_noop("the report is damaged or cut (JSON)"),
    "broken-pdf": gettext_noop("the report is damaged or cut (PDF)"),
    "broken-xml": gettext_noop("the report is damaged or cut (XML)"),
    "broken-zip": gettext_noop("the archive is damaged"),
    "contradicts-itself": gettext_noop("the report says both yes and no"),
    "details-without-report": gettext_noop("details of files whose report is not in the delivery"),
    "duplicate-report": gettext_noop("the same report came before in this delivery"),
    "encrypted": gettext_noop("it needs a password"),
    "foreign-case-number": gettext_noop("the case number is another agency's, kept as its reference"),
    "link": gettext_noop("a link to another file, not followed"),
    "loose-person-fields": gettext_noop("fields of a person stand outside any person, and were taken as one"),
    "missing-file": gettext_noop("the report names a file that did not come"),
    "not-named": gettext_noop("files came that the report does not name"),
    "other-name": gettext_noop("a file came under another name and was known by its digest"),
    "pdf-without-text": gettext_noop("a PDF without readable words: look at it by hand"),
    "read-from-pdf": gettext_noop("read from a PDF: check it by hand"),
    "report-too-large": gettext_noop("the report is larger than is read"),
    "second-version": gettext_noop("another version of a report that came before in this delivery"),
    "several-report-ids": gettext_noop("the report gives several numbers"),
    "size-differs": gettext_noop("a file has another size than the report says"),
    "too-deep": gettext_noop("too many archives or levels inside one another"),
    "two-names": gettext_noop("one file under two names"),
    "unclear-time": gettext_noop("a time whose zone or day is in doubt"),
    "unreadable": gettext_noop("it cannot be read"),
    "xml-entities": gettext_noop("the report defines entities or asks for other files, and was refused"),
}


def squeezed(name: str) -> str:
    """Return `name` with letters and digits only, in lower case: one spelling for camelCase, snake_case and Pascal."""
    return "".join(sign for sign in name.casefold() if sign.isalnum())


def incident_kind(text: str | None) -> str:
    """Return the key of INCIDENT_KINDS that `text` means; "other" where nothing is recognised."""
    plain = squeezed(text or "")
    return next((kind for words, kind in INCIDENT_WORDS if any(word in plain for word in words)), "other")
