"""Plain twin of the change tests: rules over lists, one transaction at a time, clusters as of that transaction."""

from collections import Counter

NAMES = (
    *("REUSED", "SAME_CLUSTER", "SAME_TYPE", "NOT_THOUSANDS", "NOT_MILLIONS", "SMALLER", "FRESH", "ONCE"),
    *("PEELS", "SAME_LOCKTIME", "SAME_FEE_RATE", "SAME_VERSION", "ONE_TIME", "ONLY_FRESH", "LEADS", "LEADS_BY_TWO"),
)
VOTES = frozenset(NAMES[2:12])


def passed(chain, habits, skip=()):
    """Names of the tests each output passed. `chain`: (spends, [(address or None, value, kind)]) a transaction.

    `habits`: (has lock time, fee rate or None, version, replaceable) a transaction.
    """
    outputs = [output for _, made in chain for output in made]
    paid = Counter(address for address, _, _ in outputs)
    spender = {each: tx for tx, (spends, _) in enumerate(chain) for each in spends}
    sets = {address: {address} for address in paid}
    seen, found, number = set(), [], 0
    for tx, (spends, made) in enumerate(chain):
        ins = [outputs[each] for each in spends]
        payers = [address for address, _, _ in ins if address is not None]
        if tx not in skip:
            together = set().union(*(sets[each] for each in payers)) if payers else set()
            for each in together:
                sets[each] = together
        seen.update(payers)
        tests = []
        for place, (address, value, kind) in enumerate(made):
            good = set()
            if spends and tx not in skip and address is not None:
                good = _habits(chain, habits, tx, spender.get(number + place))
                good |= {"REUSED"} if address in payers else set()
                good |= {"SAME_CLUSTER"} if payers and address in sets[payers[0]] else set()
                good |= {"SAME_TYPE"} if {each for _, _, each in ins} == {kind} else set()
                good |= {"NOT_THOUSANDS"} if value % 1000 else set()
                good |= {"NOT_MILLIONS"} if value % 10**6 else set()
                good |= {"SMALLER"} if value < min(each for _, each, _ in ins) else set()
                good |= {"FRESH"} if address not in seen else set()
                good |= {"ONCE"} if paid[address] == 1 else set()
            tests.append(good)
        named = [place for place, (address, _, _) in enumerate(made) if address is not None]
        if spends and tx not in skip:
            _compare(tests, named, len(made))
        found += tests
        seen.update(address for address, _, _ in made)
        number += len(made)
    return found


def _habits(chain, habits, tx, spender):
    if spender is None:
        return {"PEELS", "SAME_LOCKTIME", "SAME_FEE_RATE", "SAME_VERSION"}
    mine, theirs = habits[tx], habits[spender]
    spends, made = chain[spender]
    good = {"PEELS"} if (len(spends), len(made)) == (1, 2) else set()
    good |= {"SAME_LOCKTIME"} if mine[0] == theirs[0] else set()
    good |= {"SAME_FEE_RATE"} if None in (mine[1], theirs[1]) or mine[1] == theirs[1] else set()
    return good | ({"SAME_VERSION"} if mine[2:] == theirs[2:] else set())


def _compare(tests, named, outputs):
    one_time = [n for n in named if {"SAME_TYPE", "NOT_THOUSANDS", "SMALLER", "FRESH", "ONCE"} <= tests[n]]
    fresh = [n for n in named if "FRESH" in tests[n]]
    votes = {n: len(tests[n] & VOTES) for n in named}
    if len(one_time) == 1 and 2 <= outputs <= 10:
        tests[one_time[0]].add("ONE_TIME")
    if len(fresh) == 1 and len(named) > 1:
        tests[fresh[0]].add("ONLY_FRESH")
    for n in named:
        lead = min((votes[n] - votes[m] for m in named if m != n), default=0)
        tests[n] |= {"LEADS"} if lead >= 1 else set()
        tests[n] |= {"LEADS_BY_TWO"} if lead >= 2 else set()
