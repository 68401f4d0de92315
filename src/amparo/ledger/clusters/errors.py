"""Errors of the clusters: L4xx."""

from amparo.base import AmparoError, OutsideWorld, gettext_noop


class NoClusters(OutsideWorld):
    code = "L401"
    sentence = gettext_noop("%(folder)s holds no entities.")
    advice = gettext_noop("Build them first from a ledger store.")


class ClustersVersion(AmparoError):
    code = "L402"
    sentence = gettext_noop(
        "The entities in %(folder)s were written in the form %(found)s; this version reads %(known)s."
    )
    advice = gettext_noop("Build the entities again with this version.")


class ClustersStale(AmparoError):
    code = "L403"
    sentence = gettext_noop("The entities stand on block %(stands)s, but the store now ends at %(tip)s.")
    advice = gettext_noop("Update the entities; only what was added or cut is worked again.")


class ClustersDamaged(AmparoError):
    code = "L404"
    sentence = gettext_noop("The file %(file)s of the entities in %(folder)s is not what its manifest says.")
    advice = gettext_noop("Delete that folder and build the entities again.")


class UnknownAddress(AmparoError):
    code = "L405"
    sentence = gettext_noop("There is no address number %(address)s in the blocks that were loaded.")
    advice = gettext_noop("Check the address, or load the blocks that hold it.")
    exit_code = 2


class UnknownHeuristic(AmparoError):
    code = "L406"
    sentence = gettext_noop("There is no heuristic called %(name)s.")
    advice = gettext_noop("Choose one of: %(known)s.")
    exit_code = 2


class BadConfidenceTable(AmparoError):
    code = "L407"
    sentence = gettext_noop("The table of measured precisions cannot be used: %(why)s.")
    advice = gettext_noop("Measure it again: amparo ledger calibrate.")


class ClustersNotWritten(OutsideWorld):
    code = "L408"
    sentence = gettext_noop("The entities could not be written to %(folder)s: %(why)s.")
    advice = gettext_noop("Check free space and permissions there, then build again. Nothing was left behind.")


class UnknownTransaction(AmparoError):
    code = "L409"
    sentence = gettext_noop("There is no transaction number %(tx)s in the blocks that were loaded.")
    advice = gettext_noop("Check the transaction, or load the blocks that hold it.")
    exit_code = 2
