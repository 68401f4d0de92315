"""The few words a flow picture shows. A caller passes them translated; a missing one stays English."""

from collections.abc import Mapping
from typing import Final

from amparo.base import gettext_noop

FLOW_WORDS: Final[Mapping[str, str]] = {
    "start": gettext_noop("start"),
    "held": gettext_noop("unspent"),
    "spent": gettext_noop("passed on"),
    "stopped": gettext_noop("stopped"),
    "destroyed": gettext_noop("unspendable"),
    "gap": gettext_noop("leaves the loaded blocks"),
    "fee": gettext_noop("fee"),
    "absorbed": gettext_noop("claimed twice"),
    "claims": gettext_noop("claimed"),
    "traced": gettext_noop("traced"),
    "reached": gettext_noop("reached"),
    "of": gettext_noop("of"),
    "outputs": gettext_noop("outputs"),
    "transactions": gettext_noop("transactions"),
    "transaction": gettext_noop("transaction"),
    "satoshi": gettext_noop("satoshi"),
    "rule": gettext_noop("rule"),
    "hop": gettext_noop("hop"),
    "or later": gettext_noop("or later"),
}
