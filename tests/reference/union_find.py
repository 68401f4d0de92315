"""Plain twins of the clustering kernels: partition by sets, the spanning forest by time, CoinJoin shapes, change."""

from collections import Counter, defaultdict

NONE = 0xFFFFFFFF


def edges_of(lists, skip=()):
    """(a, b, tx): the first address of each list with each other one, in the order of the lists."""
    for tx, members in enumerate(lists):
        known = [each for each in members if each != NONE]
        if tx not in skip:
            yield from ((known[0], each, tx) for each in known[1:] if each != known[0])


def partition(n, edges):
    """Root (smallest member) of each address, by repeated relabelling; rows that joined two sets."""
    label, rows = list(range(n)), []
    for a, b, tx in edges:
        low, high = sorted((label[a], label[b]))
        if low != high:
            rows.append((a, b, tx))
            label = [low if each == high else each for each in label]
    return label, rows


def path(rows, a, b):
    """Indices of the rows on the way from a to b by depth-first search, None where there is none."""
    near = defaultdict(list)
    for number, (x, y, _) in enumerate(rows):
        near[x].append((y, number))
        near[y].append((x, number))
    stack = [(a, None, ())]
    while stack:
        here, came, way = stack.pop()
        if here == b:
            return list(way)
        stack.extend((there, number, (*way, number)) for there, number in near[here] if number != came)
    return None


def shapes(inputs, outputs, exchanges=()):
    """Names of the CoinJoin shapes of one transaction with known inputs.

    `inputs`: (address or None, value); `outputs`: (address or None, value, is OP_RETURN).
    """
    ins = [(a, v) for a, v in inputs if a is not None]
    outs = [(a, v) for a, v, _ in outputs if a is not None]
    others = [op_return for a, _, op_return in outputs if a is None]
    scripts = {a for a, _ in ins}
    paid = [v for _, v in outs]
    counts = Counter(paid)
    distinct = len({a for a, _ in outs}) == len(outs)
    top = max(Counter(a for a, _ in ins).values(), default=0)
    common = min(counts, key=lambda v: (-counts[v], v)) if counts else None
    n_in, n_out = len(ins), len(outs)
    found = set()

    k = (n_out + 1) // 2
    if (
        n_in >= 2
        and n_out >= 3
        and k <= n_in
        and k <= len(scripts)
        and counts[common] == k
        and common not in (546, 2730)
    ):
        found.add("simple")

    def even_split():
        if n_in >= 20 or not common or not sum(paid):
            return False
        times = (2 * sum(paid) + common) // (2 * common)
        return times > 0 and abs(sum(paid) - times * common) * 10_000 <= sum(paid)

    crowd = n_in and top * 10 <= n_in and distinct and outs
    named = set()
    if crowd and n_in >= 10:
        n = max((c for v, c in counts.items() if abs(v - 10**7) <= 500_000), default=0)
        if n >= 3 and n >= (n_out - 1) / 2 and n <= len(scripts) <= 7 * n and not even_split():
            named.add("wasabi-1.0")
        levels = {}
        for i in range(64):
            levels[i] = sum(abs(v - 2**i * 10**7) <= 2**i * 500_000 for v in paid)
        levels = {i: c for i, c in levels.items() if c >= 2}
        n, total = max(levels.values(), default=0), sum(levels.values())
        enough = total >= (n_out - 1) / 2 or total >= n_out - len(scripts) - 1
        if n >= 3 and n <= len(scripts) <= 7 * n and enough and not even_split():
            named.add("wasabi-1.1")
    if crowd and n_in >= 20 and min(paid) >= 5000:
        repeated = {v: c for v, c in counts.items() if c >= 2}
        if len(repeated) >= 3 and (n_out - 1) / 2 <= sum(repeated.values()) != n_out:
            named.add("wasabi-2.0")
    if 5 <= n_in <= 8 and n_out == n_in == len(scripts) and distinct:
        for pool in (10**5, 10**6, 5 * 10**6, 5 * 10**7):
            more = [v - pool for _, v in ins if v != pool]
            if set(paid) == {pool} and all(100 <= each <= 110_000 for each in more) and 1 <= len(more) <= 4:
                named.add("whirlpool")
    n = max((c for v, c in counts.items() if v > 2730), default=0)
    lean = n_in < 50 or (n and n_in / n <= 20 and n_out / n >= 1.7)
    if n >= n_out / 2 and 3 <= n <= len(scripts) and distinct and n != n_out and lean:
        named.add("joinmarket")
    n = max((c for v, c in counts.items() if v > 2730 and v % 1000), default=0)
    no_change = n_in >= 20 and len(counts) >= 8 and min(counts.values()) >= 2
    if crowd and n_in >= 10 and (no_change or (5 <= n <= len(scripts) and n * 8 >= n_out)):
        named.add("equal-outputs")
    pairs = [v for v, c in counts.items() if c == 2]
    if n_out in (3, 4) and n_in >= 2 and distinct and len(pairs) == 1 and pairs[0] >= 5000:
        found.add("stonewall")
        named = set()
    payouts = named & {"joinmarket", "wasabi-1.0", "wasabi-1.1", "equal-outputs"}
    if payouts and scripts & set(exchanges):
        named -= payouts
        found.add("exchange")
    found |= named
    joined = bool(found - {"stonewall", "exchange"})
    if others == [True] and n_out >= 2:
        for pool, fee in ((10**5, 5000), (10**6, 50_000), (5 * 10**6, 175_000), (5 * 10**7, 1_750_000)):
            premix = {v: c for v, c in counts.items() if pool + 100 <= v <= pool + 110_000}
            n = max(premix.values(), default=0)
            if 1 <= n <= 70 and n >= n_out - 2 and sum(fee / 2 <= v <= 3 * fee for v in paid) == 1:
                found.add("whirlpool-tx0")
    return found, joined
