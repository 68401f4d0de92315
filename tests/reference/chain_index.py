"""What a store must say of a chain, by dictionaries: the oracle of its kernels."""

from amparo.ledger.scripts import ScriptKind

WITH_ADDRESS = range(ScriptKind.P2PKH, ScriptKind.P2PK + 1)


def resolve(txs):
    """`txs`: (txid, [(prev txid, vout)], outputs) in chain order. prev_out by input, spent_by by output; None = not.

    Raises LookupError with the input's number for an output that never was, ValueError for one spent twice.
    """
    first_out, made, prev_out, spent_by = [], {}, [], []
    for number, (txid, inputs, outputs) in enumerate(txs):
        for wanted, vout in inputs:
            tx = made.get(wanted)
            if tx is None:
                prev_out.append(None)
                continue
            if vout >= len(txs[tx][2]):
                raise LookupError(len(prev_out))
            output = first_out[tx] + vout
            if spent_by[output] is not None:
                raise ValueError(len(prev_out))
            spent_by[output] = number
            prev_out.append(output)
        first_out.append(len(spent_by))
        spent_by.extend([None] * len(outputs))
        made[txid] = number
    return prev_out, spent_by


def addresses(scripts):
    """`scripts`: (kind, payload) by output. Address by output (None = none), and the outputs of each address."""
    numbers, outputs, addr = {}, [], []
    for output, script in enumerate(scripts):
        if script[0] not in WITH_ADDRESS:
            addr.append(None)
            continue
        if script not in numbers:
            numbers[script] = len(outputs)
            outputs.append([])
        outputs[numbers[script]].append(output)
        addr.append(numbers[script])
    return addr, outputs
