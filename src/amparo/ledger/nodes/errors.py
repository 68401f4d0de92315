"""What can go wrong when others are asked for chain data, and in files that came from them.

L70x: the way there. L71x: a node. L72x: an explorer. L73x: tables. L74x: undo files. L75x: Bitcoin's family.
"""

from amparo.base import AmparoError, OutsideWorld, gettext_noop


class Unreachable(OutsideWorld):
    code = "L701"
    sentence = gettext_noop("%(host)s could not be asked: %(why)s.")
    advice = gettext_noop("Check the address, the exit and that the service runs. What was fetched before is kept.")


class TooLate(OutsideWorld):
    code = "L702"
    sentence = gettext_noop("%(host)s did not finish its answer within %(seconds)s seconds.")
    advice = gettext_noop("Try again later; what was fetched before is kept and the work goes on from there.")


class AnswerTooLarge(OutsideWorld):
    code = "L703"
    sentence = gettext_noop("The answer of %(host)s is larger than %(limit)s bytes.")
    advice = gettext_noop("No block or page is that large: check that the address is that of the right service.")


class HttpRefused(OutsideWorld):
    """Facts `retry_after` (seconds or None) and `body` (bytes, at most 64 KiB) say more than the sentence."""

    code = "L704"
    sentence = gettext_noop("%(host)s refused: HTTP status %(status)s.")
    advice = gettext_noop("401 or 403: check name and password. 429: wait. Redirects are never followed.")


class NoExit(AmparoError):
    code = "L705"
    sentence = gettext_noop("It is not said through which exit %(host)s may be asked.")
    advice = gettext_noop("Set the unit's proxy as the exit, or say “direct” if the service may see your address.")
    exit_code = 2


class BadAddressOfService(AmparoError):
    code = "L706"
    sentence = gettext_noop("“%(url)s” is not usable as the address of a service or an exit: %(why)s.")
    advice = gettext_noop("Write http:// or https:// and a host; names and passwords are set apart from it.")
    exit_code = 2


class NoCredentials(OutsideWorld):
    code = "L707"
    sentence = gettext_noop("%(path)s holds no name and password of a node.")
    advice = gettext_noop("Give the file .cookie from the folder of a node that runs now.")


class CacheDamaged(AmparoError):
    code = "L708"
    sentence = gettext_noop("The kept answer %(file)s is not what was written there.")
    advice = gettext_noop("Delete that file and run again: it is asked for once more.")


class CacheOfAnother(AmparoError):
    code = "L709"
    sentence = gettext_noop("The folder %(folder)s keeps answers of another kind or chain (%(found)s, not %(wanted)s).")
    advice = gettext_noop("Use a folder of its own for each service and chain.")
    exit_code = 2


class NotJsonRpc(OutsideWorld):
    code = "L710"
    sentence = gettext_noop("%(host)s did not answer %(method)s as a node does: %(why)s.")
    advice = gettext_noop("Check that the address is that of a node's RPC port.")


class NodeRefused(OutsideWorld):
    code = "L711"
    sentence = gettext_noop("The node %(host)s refused %(method)s: %(message)s (%(number)s).")
    advice = gettext_noop("A pruned or loading node may not have the block: try again, or take another node.")


class WrongBlock(AmparoError):
    code = "L712"
    sentence = gettext_noop("Asked for block %(wanted)s, the node %(host)s gave one that hashes to %(found)s.")
    advice = gettext_noop("Do not rely on this node. Nothing of this answer was kept.")


class OtherChain(AmparoError):
    code = "L713"
    sentence = gettext_noop("%(host)s is on another chain: its first block is %(found)s, not %(wanted)s.")
    advice = gettext_noop("Check address and port: each network has its own.")
    exit_code = 2


class WrongSpentOutputs(AmparoError):
    code = "L714"
    sentence = gettext_noop("What the node %(host)s says of block %(block)s does not fit its bytes: %(why)s.")
    advice = gettext_noop("Do not rely on this node. Nothing of this answer was kept.")


class KeepsChanging(OutsideWorld):
    code = "L715"
    sentence = gettext_noop("The chain of %(host)s changed %(times)s times while it was read.")
    advice = gettext_noop("Stop a few blocks below the tip, or try again later.")


class NoSuchHeight(AmparoError):
    code = "L716"
    sentence = gettext_noop("The node %(host)s has no block %(height)s: its chain ends at %(tip)s.")
    advice = gettext_noop("Choose a height the node has, or wait until it has caught up.")
    exit_code = 2


class NotPermitted(AmparoError):
    code = "L720"
    sentence = gettext_noop("An explorer may only be asked under an authorisation: %(what)s is missing.")
    advice = gettext_noop("Name the authorisation and the purpose: whoever is asked learns what you look for.")
    exit_code = 2


class NotAnExplorer(OutsideWorld):
    code = "L721"
    sentence = gettext_noop("The answer of %(host)s to %(what)s is not of the form expected: %(why)s.")
    advice = gettext_noop("Check the address; only services of the Esplora form are understood.")


class PageChanged(OutsideWorld):
    code = "L722"
    sentence = gettext_noop("The list of transactions of %(address)s changed while it was read: %(why)s.")
    advice = gettext_noop("Read again: it starts anew. If it goes on changing, wait for the next block.")


class WrongTransaction(AmparoError):
    code = "L723"
    sentence = gettext_noop("Asked for transaction %(txid)s, %(host)s gave bytes that hash to %(found)s.")
    advice = gettext_noop("Do not rely on this service. Nothing of this answer was kept.")


class ProofFails(AmparoError):
    code = "L724"
    sentence = gettext_noop("The Merkle proof of %(txid)s does not lead to the header of block %(block)s.")
    advice = gettext_noop("Do not rely on this service, or ask again: a reorganisation may have moved it.")


class BudgetSpent(OutsideWorld):
    code = "L725"
    sentence = gettext_noop("The limit of %(limit)s requests to %(host)s is reached.")
    advice = gettext_noop("Run again to go on from here; what was fetched is kept.")


class NothingFound(AmparoError):
    code = "L726"
    sentence = gettext_noop("%(host)s knows no confirmed transaction of what was asked.")
    advice = gettext_noop("Check the address or transaction id; unconfirmed transactions are not loaded.")


class WordDiffers(AmparoError):
    code = "L727"
    sentence = gettext_noop("%(host)s describes transaction %(txid)s otherwise than its bytes: %(what)s.")
    advice = gettext_noop("Do not rely on this service. Nothing of this answer was kept.")


class NoTables(AmparoError):
    code = "L730"
    sentence = gettext_noop("%(path)s holds no table of transactions.")
    advice = gettext_noop("Give a folder with transactions (and blocks) as .jsonl, .csv or .parquet.")
    exit_code = 2


class MissingColumn(AmparoError):
    code = "L731"
    sentence = gettext_noop("The table %(file)s has no column %(column)s.")
    advice = gettext_noop("Export it again with the columns of bitcoin-etl.")


class BadCell(AmparoError):
    code = "L732"
    sentence = gettext_noop("Row %(row)s of %(file)s: %(column)s is %(found)s.")
    advice = gettext_noop("What is meant cannot be known for certain. Correct the table at its source.")


class TableBroken(AmparoError):
    code = "L733"
    sentence = gettext_noop("The table %(file)s cannot be read: %(why)s.")
    advice = gettext_noop("Export or copy it again. Nothing was stored.")


class TableOrder(AmparoError):
    code = "L734"
    sentence = gettext_noop("Block %(height)s: %(why)s.")
    advice = gettext_noop("Rows are missing or doubled. Export the whole range again.")


class UndoCut(AmparoError):
    code = "L740"
    sentence = gettext_noop("Undo data ends too early at byte %(at)s of %(file)s.")
    advice = gettext_noop("Copy the file again.")


class UndoMismatch(AmparoError):
    code = "L741"
    sentence = gettext_noop("No undo record of %(file)s belongs to block %(block)s.")
    advice = gettext_noop("Copy rev*.dat and blk*.dat together from a stopped node, or load without the rev files.")


class UndoDamaged(AmparoError):
    code = "L742"
    sentence = gettext_noop("The undo record at byte %(at)s of %(file)s is not possible: %(why)s.")
    advice = gettext_noop("Copy the file again.")


class UndoCount(AmparoError):
    code = "L743"
    sentence = gettext_noop("%(file)s gives %(found)s spent outputs for block %(block)s, which spends %(wanted)s.")
    advice = gettext_noop("It is the undo data of another block. Remove it or give the right one.")


class BadAuxPow(AmparoError):
    code = "L750"
    sentence = gettext_noop("The merged-mining proof at byte %(at)s of %(file)s does not hold: %(why)s.")
    advice = gettext_noop("The file is damaged or forged. Nothing was stored.")


class BadExtension(AmparoError):
    code = "L751"
    sentence = gettext_noop("The extension block at byte %(at)s of %(file)s cannot be told apart: %(why)s.")
    advice = gettext_noop("The file is damaged or forged. Nothing was stored.")


class SpendsInCircle(AmparoError):
    code = "L752"
    sentence = gettext_noop("Transactions of block %(block)s spend each other in a circle.")
    advice = gettext_noop("The block is forged. Nothing was stored.")
