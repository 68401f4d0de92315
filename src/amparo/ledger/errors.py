"""Every error the ledger room raises: a code, one sentence with named facts, what to do next.

L0xx: block sources and blocks. L1xx: the store. L2xx: addresses and tags. L3xx: taint and traces.
`at` is always a byte position in the file named `file`, counted from 0.
"""

from amparo.base import AmparoError, OutsideWorld, gettext_noop


class NotABlockSource(OutsideWorld):
    code = "L001"
    sentence = gettext_noop("%(path)s is neither a folder of block files, a block file nor a single raw block.")
    advice = gettext_noop("Give a blk*.dat file, the folder that holds them, or one raw block.")


class WrongMagic(AmparoError):
    code = "L002"
    sentence = gettext_noop(
        "%(file)s has no block record at byte %(at)s: found %(found)s instead of a network's magic."
    )
    advice = gettext_noop("Copy the file again; if it is masked, copy xor.dat beside it too. Nothing was stored.")


class RecordTooLong(AmparoError):
    code = "L003"
    sentence = gettext_noop(
        "The block record at byte %(at)s of %(file)s claims %(length)s bytes; %(limit)s is the limit."
    )
    advice = gettext_noop("Copy the file again. Nothing was stored.")


class CutInside(AmparoError):
    code = "L004"
    sentence = gettext_noop(
        "The record at byte %(at)s of %(file)s is cut: block %(block)s begins inside it, at byte %(inside)s."
    )
    advice = gettext_noop("Bytes are missing in the middle of the file. Copy it again. Nothing was stored.")


class BadMask(AmparoError):
    code = "L005"
    sentence = gettext_noop("%(file)s should hold the 8 bytes of the mask, but it holds %(size)s.")
    advice = gettext_noop("Copy xor.dat again from the node that wrote the block files.")


class ChainGap(AmparoError):
    code = "L006"
    sentence = gettext_noop(
        "Block %(block)s (byte %(at)s of %(file)s) follows block %(parent)s, which is not in the files given."
    )
    advice = gettext_noop("Add the missing files. To trace inside this part only, load it as a declared window.")


class NoBlocks(AmparoError):
    code = "L007"
    sentence = gettext_noop("%(path)s holds no complete block.")
    advice = gettext_noop("Check that the file was copied completely.")


class SourceChanged(OutsideWorld):
    code = "L008"
    sentence = gettext_noop("%(file)s changed while it was read.")
    advice = gettext_noop("Stop the node or work on a copy, then load again.")


class BlockCut(AmparoError):
    code = "L010"
    sentence = gettext_noop(
        "Block data ends too early at byte %(at)s of %(file)s: %(wanted)s bytes wanted, %(left)s left."
    )
    advice = gettext_noop("Copy the file again. Nothing was stored.")


class SourceUnreadable(OutsideWorld):
    code = "L009"
    sentence = gettext_noop("%(path)s cannot be read: %(why)s.")
    advice = gettext_noop("Check that the file is there and that you may read it.")


class LongCompactSize(AmparoError):
    code = "L011"
    sentence = gettext_noop("A number at byte %(at)s of %(file)s is written longer than needed.")
    advice = gettext_noop("No valid block holds such a number: the file is damaged or forged. Nothing was stored.")


class CountBeyondBytes(AmparoError):
    code = "L012"
    sentence = gettext_noop(
        "At byte %(at)s of %(file)s, %(count)s %(what)s are announced, but only %(left)s bytes follow."
    )
    advice = gettext_noop("The file is damaged or forged. Nothing was stored.")


class ValueOutOfRange(AmparoError):
    code = "L013"
    sentence = gettext_noop("The amount %(value)s at byte %(at)s of %(file)s is outside 0 to 21 million coins.")
    advice = gettext_noop("The file is damaged or forged. Nothing was stored.")


class EmptyTransaction(AmparoError):
    code = "L014"
    sentence = gettext_noop("The transaction at byte %(at)s of %(file)s has no %(what)s.")
    advice = gettext_noop("The file is damaged or forged. Nothing was stored.")


class BytesLeftOver(AmparoError):
    code = "L015"
    sentence = gettext_noop("The block at byte %(at)s of %(file)s ends %(left)s bytes before its record does.")
    advice = gettext_noop("The file is damaged or forged. Nothing was stored.")


class MerkleMismatch(AmparoError):
    code = "L016"
    sentence = gettext_noop("The transactions of block %(block)s (byte %(at)s of %(file)s) do not match its header.")
    advice = gettext_noop("At least one byte of the block differs from what was mined. Copy the file again.")


class WitnessMismatch(AmparoError):
    code = "L017"
    sentence = gettext_noop("The witnesses of block %(block)s (byte %(at)s of %(file)s) do not match its commitment.")
    advice = gettext_noop("At least one byte of the block differs from what was mined. Copy the file again.")


class NoProofOfWork(AmparoError):
    code = "L018"
    sentence = gettext_noop("The header at byte %(at)s of %(file)s carries no proof of work.")
    advice = gettext_noop("This is not a block, or its header was changed. Copy the file again.")


class CoinbaseMisplaced(AmparoError):
    code = "L019"
    sentence = gettext_noop(
        "The transaction at byte %(at)s of %(file)s: a block has one coinbase, and it stands first."
    )
    advice = gettext_noop("The file is damaged or forged. Nothing was stored.")


class UnknownSpend(AmparoError):
    code = "L020"
    sentence = gettext_noop(
        "Transaction %(txid)s in block %(block)s spends %(spent)s, which the chain before it lacks."
    )
    advice = gettext_noop("The chain loaded is not complete or not valid. Nothing was stored.")


class DoubleSpend(AmparoError):
    code = "L021"
    sentence = gettext_noop(
        "Transaction %(txid)s in block %(block)s spends an output that was spent before: %(spent)s."
    )
    advice = gettext_noop("The chain loaded is not valid. Nothing was stored.")


class ValueCreated(AmparoError):
    code = "L022"
    sentence = gettext_noop("Transaction %(txid)s pays out %(paid)s satoshi, but takes in only %(taken)s.")
    advice = gettext_noop("The chain loaded is not valid. Nothing was computed from it.")


class OtherSource(AmparoError):
    code = "L101"
    sentence = gettext_noop("The store %(store)s already holds another source (tip %(tip)s).")
    advice = gettext_noop("Load this source into a store of its own.")
    exit_code = 2


class NoStore(OutsideWorld):
    code = "L102"
    sentence = gettext_noop("%(store)s is not a ledger store.")
    advice = gettext_noop("Make one first: amparo ledger load SOURCE --store DIR.")


class StoreDamaged(AmparoError):
    code = "L103"
    sentence = gettext_noop("The file %(file)s of the store %(store)s is not what its manifest says.")
    advice = gettext_noop("Delete the store and load its source again.")


class StoreVersion(AmparoError):
    code = "L104"
    sentence = gettext_noop("The store %(store)s was written in the form %(found)s; this version reads %(known)s.")
    advice = gettext_noop("Load the source again with this version.")


class StoreNotWritten(OutsideWorld):
    code = "L105"
    sentence = gettext_noop("The store %(store)s could not be written: %(why)s.")
    advice = gettext_noop("Check free space and permissions there, then load again. Nothing was left behind.")


class BadReference(AmparoError):
    code = "L110"
    sentence = gettext_noop("“%(text)s” does not name a transaction or output.")
    advice = gettext_noop("Write height:position, height:position/output, a transaction id, or id:output.")
    exit_code = 2


class NotLoaded(AmparoError):
    code = "L111"
    sentence = gettext_noop("The blocks that were loaded hold no %(text)s.")
    advice = gettext_noop("Check the reference, or load the blocks that hold it.")
    exit_code = 2


class BadAddress(AmparoError):
    code = "L201"
    sentence = gettext_noop("“%(address)s” is not a valid address: its checksum or form is wrong.")
    advice = gettext_noop("Compare it sign by sign with where you copied it from.")
    exit_code = 2


class UnsafeYaml(AmparoError):
    code = "L210"
    sentence = gettext_noop("The tag pack %(file)s uses %(what)s at line %(line)s, which is refused.")
    advice = gettext_noop("Ask the publisher for a plain pack: no anchors, aliases, type marks or second documents.")


class BrokenYaml(AmparoError):
    code = "L211"
    sentence = gettext_noop("The tag pack %(file)s cannot be read at line %(line)s.")
    advice = gettext_noop("Ask the publisher for a corrected pack; nothing was imported.")


class DuplicateKey(AmparoError):
    code = "L212"
    sentence = gettext_noop("The tag pack %(file)s gives the field “%(key)s” twice, at line %(line)s.")
    advice = gettext_noop("Which of the two is meant cannot be known: ask the publisher; nothing was imported.")


class NotATagPack(AmparoError):
    code = "L213"
    sentence = gettext_noop("%(file)s is not a tag pack: it has no %(field)s.")
    advice = gettext_noop("A tag pack has a title, a creator and a list of tags.")


class ListTooLarge(AmparoError):
    code = "L214"
    sentence = gettext_noop("%(file)s is larger than %(limit)s bytes.")
    advice = gettext_noop("Split the list and import the parts.")


class TaintExceedsValue(AmparoError):
    code = "L301"
    sentence = gettext_noop("%(tainted)s tainted units do not fit into %(total)s.")
    advice = gettext_noop("A claim cannot be larger than the output it is on.")
    exit_code = 2


class ClaimOutOfRange(AmparoError):
    code = "L302"
    sentence = gettext_noop("The claim of %(amount)s satoshi on %(output)s must be between 1 and %(value)s.")
    advice = gettext_noop("Claim at most what the output holds.")
    exit_code = 2


class ClaimedTwice(AmparoError):
    code = "L303"
    sentence = gettext_noop("The output %(output)s is named by two seeds with different amounts.")
    advice = gettext_noop("Name each output once.")
    exit_code = 2


class AmbiguousClaim(AmparoError):
    code = "L304"
    sentence = gettext_noop("Other traced money arrives at %(output)s, on which only a part is claimed.")
    advice = gettext_noop(
        "The rule haircut cannot tell the parts apart: claim the whole output, or use an ordered rule."
    )


class NotConserved(AmparoError):
    code = "L305"
    sentence = gettext_noop("The trace does not add up: %(claims)s satoshi claimed, %(found)s accounted for.")
    advice = gettext_noop("This is a fault of the program. Do not use the trace; report it with this code.")


class NoSeeds(AmparoError):
    code = "L306"
    sentence = gettext_noop("A trace needs at least one output to start from.")
    advice = gettext_noop("Name an output: height:position, height:position/output, or id:output.")
    exit_code = 2


class UnknownFeePolicy(AmparoError):
    code = "L307"
    sentence = gettext_noop("There is no fee policy called %(fee)s.")
    advice = gettext_noop("Choose one of: %(known)s.")
    exit_code = 2


class AmountNeedsOneOutput(AmparoError):
    code = "L308"
    sentence = gettext_noop("%(seed)s names %(outputs)s outputs; an amount can be claimed on one output only.")
    advice = gettext_noop("Name the output: height:position/output or id:output.")
    exit_code = 2
