// Rules and constants: GraphSense's heuristics service (read there, MIT) and BlockSci's simple test; no code of theirs.
// EQUAL is our own.
// Only inputs and outputs with an address are counted; "distinct" is by address. Inputs that are not known count as
// distinct, each with any amount: what then fits is UNJUDGED.
#include "coinjoin.hpp"

#include <algorithm>
#include <stdexcept>
#include <vector>

namespace amparo {

namespace {

using Amount = std::int64_t;
__extension__ typedef __int128 Wide;

constexpr std::uint32_t NONE = 0xFFFFFFFF;
constexpr std::uint8_t OP_RETURN = 7;
constexpr Amount TENTH = 10'000'000, TENTH_SLACK = 500'000;
constexpr Amount ENTRY_LOW = 100, ENTRY_HIGH = 110'000;
struct Pool {
    Amount size, fee;
};
constexpr Pool POOLS[] = {{100'000, 5'000}, {1'000'000, 50'000}, {5'000'000, 175'000}, {50'000'000, 1'750'000}};

// One transaction, prepared: amounts of the outputs sorted, what repeats counted.
struct Tx {
    std::vector<Amount> in, out;             // amounts; in: known ones only
    std::vector<std::uint32_t> in_at, out_at;  // addresses, sorted
    std::size_t unknown = 0, bare = 0, returns = 0;
    std::size_t n_in = 0, n_out = 0, scripts = 0, top = 0;
    bool outs_distinct = false, one_type = false;
    Amount common = 0;          // most frequent amount; of several the lowest
    std::size_t common_count = 0;
};

std::size_t distinct(const std::vector<std::uint32_t> &sorted, std::size_t &top) {
    std::size_t found = 0, run = 0;
    top = 0;
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const bool fresh = i == 0 || sorted[i] != sorted[i - 1];
        found += fresh;
        run = fresh ? 1 : run + 1;
        top = std::max(top, run);
    }
    return found;
}

// Most frequent amount in [low, high]; of several the lowest, or the highest.
std::size_t most(const std::vector<Amount> &sorted, Amount low, Amount high, bool highest, Amount &which) {
    std::size_t best = 0;
    for (std::size_t i = 0; i < sorted.size();) {
        std::size_t j = i;
        while (j < sorted.size() && sorted[j] == sorted[i]) ++j;
        if (sorted[i] >= low && sorted[i] <= high && (j - i > best || (highest && j - i == best))) {
            best = j - i;
            which = sorted[i];
        }
        i = j;
    }
    return best;
}

constexpr Amount LARGEST = INT64_MAX;

void prepare(Tx &tx, const Run &run, std::size_t t) {
    tx.in.clear(), tx.out.clear(), tx.in_at.clear(), tx.out_at.clear();
    tx.unknown = tx.bare = tx.returns = 0;
    tx.one_type = true;
    std::uint8_t type = 0xFF;
    for (std::size_t i = run.first_in[t] - run.first_in[0]; i < run.first_in[t + 1] - run.first_in[0]; ++i) {
        if (run.in_value[i] < 0) {
            ++tx.unknown;
        } else if (run.in_addr[i] == NONE) {
            ++tx.bare;
        } else {
            tx.in.push_back(run.in_value[i]);
            tx.in_at.push_back(run.in_addr[i]);
            if (type != 0xFF && type != run.in_stype[i]) tx.one_type = false;
            type = run.in_stype[i];
        }
    }
    for (std::size_t i = run.first_out[t] - run.first_out[0]; i < run.first_out[t + 1] - run.first_out[0]; ++i) {
        if (run.out_addr[i] == NONE) {
            tx.returns += 1;
            if (run.out_stype[i] != OP_RETURN) tx.returns += 0x10000;  // something else than OP_RETURN
            continue;
        }
        tx.out.push_back(run.out_value[i]);
        tx.out_at.push_back(run.out_addr[i]);
        if (type != run.out_stype[i]) tx.one_type = false;
    }
    std::sort(tx.out.begin(), tx.out.end());
    std::sort(tx.in_at.begin(), tx.in_at.end());
    std::sort(tx.out_at.begin(), tx.out_at.end());
    std::size_t top = 0;
    tx.scripts = distinct(tx.in_at, tx.top) + tx.unknown;
    tx.outs_distinct = distinct(tx.out_at, top) == tx.out_at.size();
    tx.top = std::max<std::size_t>(tx.top, tx.unknown ? 1 : 0);
    tx.n_in = tx.in.size() + tx.unknown;
    tx.n_out = tx.out.size();
    tx.common_count = most(tx.out, INT64_MIN, LARGEST, false, tx.common);
}

bool simple(const Tx &tx) {
    if (tx.n_in < 2 || tx.n_out < 3) return false;
    const std::size_t k = (tx.n_out + 1) / 2;
    return k <= tx.n_in && k <= tx.scripts && tx.common_count == k && tx.common != 546 && tx.common != 2730;
}

// A batch payout of one amount to many: the sum is nearly a whole multiple of it. Small rounds only.
bool even_split(const Tx &tx) {
    if (tx.n_in >= 20) return false;
    Wide sum = 0;
    for (const Amount each : tx.out) sum += each;
    if (sum <= 0 || tx.common <= 0) return false;
    const Wide times = (2 * sum + tx.common) / (2 * static_cast<Wide>(tx.common));
    const Wide rest = sum > times * tx.common ? sum - times * tx.common : times * tx.common - sum;
    return times > 0 && rest * 10'000 <= sum;
}

bool crowd(const Tx &tx, std::size_t least) { return tx.n_in >= least && 10 * tx.top <= tx.n_in && tx.outs_distinct; }

bool wasabi_10(const Tx &tx) {
    if (!crowd(tx, 10)) return false;
    Amount which = 0;
    const std::size_t n = most(tx.out, TENTH - TENTH_SLACK, TENTH + TENTH_SLACK, false, which);
    return n >= 3 && 2 * n + 1 >= tx.n_out && n <= tx.scripts && tx.scripts <= 7 * n && !even_split(tx);
}

bool wasabi_11(const Tx &tx) {
    if (!crowd(tx, 10) || tx.out.empty()) return false;
    std::size_t sum = 0, n = 0;
    Wide level = TENTH, slack = TENTH_SLACK;
    for (; level - slack <= tx.out.back(); level *= 2, slack *= 2) {
        std::size_t count = 0;
        for (const Amount each : tx.out) count += each >= level - slack && each <= level + slack;
        if (count < 2) continue;
        sum += count;
        n = std::max(n, count);
    }
    if (n < 3 || n > tx.scripts || tx.scripts > 7 * n) return false;
    return (2 * sum + 1 >= tx.n_out || sum + tx.scripts + 1 >= tx.n_out) && !even_split(tx);
}

bool wasabi_20(const Tx &tx) {
    if (!crowd(tx, 20) || tx.out.empty() || tx.out.front() < 5'000) return false;
    std::size_t values = 0, outputs = 0;
    for (std::size_t i = 0; i < tx.n_out;) {
        std::size_t j = i;
        while (j < tx.n_out && tx.out[j] == tx.out[i]) ++j;
        if (j - i >= 2) ++values, outputs += j - i;
        i = j;
    }
    return values >= 3 && 2 * outputs + 1 >= tx.n_out && outputs != tx.n_out;
}

bool whirlpool(const Tx &tx) {
    if (tx.n_in < 5 || tx.n_in > 8 || tx.n_out != tx.n_in || tx.scripts != tx.n_in || !tx.outs_distinct) return false;
    for (const Pool &pool : POOLS) {
        if (tx.out.front() != pool.size || tx.out.back() != pool.size) continue;
        std::size_t entrants = 0, stays = 0;
        for (const Amount each : tx.in) {
            if (each == pool.size) ++stays;
            else if (each >= pool.size + ENTRY_LOW && each <= pool.size + ENTRY_HIGH) ++entrants;
        }
        if (stays + entrants != tx.in.size()) return false;
        return entrants <= 4 && entrants + tx.unknown >= 1;
    }
    return false;
}

bool joinmarket(const Tx &tx) {
    Amount which = 0;
    const std::size_t n = most(tx.out, 2731, LARGEST, false, which);
    if (n < 3 || 2 * n < tx.n_out || n > tx.scripts || !tx.outs_distinct || n == tx.n_out) return false;
    return tx.n_in < 50 || (tx.n_in <= 20 * n && 10 * tx.n_out >= 17 * n);
}

// Our own, for rounds that miss every named shape by a little: a crowd of payers, one amount for at least five
// addresses and an eighth of all outputs, and no more of them than payers. Whole thousands are what people pay out.
// Or twenty payers, at least eight amounts that repeat and none that stands alone: Wasabi 2 without any change.
bool equal(const Tx &tx) {
    if (!crowd(tx, 10)) return false;
    std::size_t n = 0, values = 0, alone = 0;
    for (std::size_t i = 0; i < tx.n_out;) {
        std::size_t j = i;
        while (j < tx.n_out && tx.out[j] == tx.out[i]) ++j;
        if (tx.out[i] > 2730 && tx.out[i] % 1000) n = std::max(n, j - i);
        if (j - i >= 2) ++values;
        else ++alone;
        i = j;
    }
    if (tx.n_in >= 20 && values >= 8 && alone == 0) return true;
    return n >= 5 && n <= tx.scripts && 8 * n >= tx.n_out;
}

bool tx0(const Tx &tx) {
    if (tx.returns != 1 || tx.n_out < 2) return false;
    for (const Pool &pool : POOLS) {
        Amount which = 0;
        const std::size_t n = most(tx.out, pool.size + ENTRY_LOW, pool.size + ENTRY_HIGH, true, which);
        if (n < 1 || n > 70 || n + 2 < tx.n_out) continue;
        std::size_t fees = 0;
        for (const Amount each : tx.out) fees += 2 * static_cast<Wide>(each) >= pool.fee && each <= 3 * pool.fee;
        if (fees == 1) return true;
    }
    return false;
}

bool stonewall(const Tx &tx) {
    if (tx.n_out < 3 || tx.n_out > 4 || tx.n_in < 2 || !tx.outs_distinct) return false;
    std::size_t pairs = 0;
    Amount pair = 0;
    for (std::size_t i = 0; i < tx.n_out;) {
        std::size_t j = i;
        while (j < tx.n_out && tx.out[j] == tx.out[i]) ++j;
        if (j - i == 2) ++pairs, pair = tx.out[i];
        i = j;
    }
    return pairs == 1 && pair >= 5'000;
}

// An ordinary payment of one script type, of which one input would not have been needed for either output.
bool payjoin(const Tx &tx) {
    if (tx.unknown || tx.bare || tx.returns || tx.n_out != 2 || tx.scripts < 2 || !tx.one_type) return false;
    Wide sum = 0;
    Amount least = LARGEST;
    for (const Amount each : tx.in) sum += each, least = std::min(least, each);
    const Wide fee = sum - tx.out[0] - tx.out[1];
    return fee >= 0 && sum - least >= tx.out[1] + fee;
}

bool paid_by(const Tx &tx, const std::uint32_t *exchanges, std::size_t count) {
    for (const std::uint32_t each : tx.in_at)
        if (std::binary_search(exchanges, exchanges + count, each)) return true;
    return false;
}

unsigned shapes_of(const Tx &tx, const std::uint32_t *exchanges, std::size_t count) {
    unsigned named = 0;
    if (tx.n_out >= 3 && tx.n_in >= 2) {
        if (joinmarket(tx)) named |= JOINMARKET;
        if (wasabi_10(tx)) named |= WASABI_10;
        if (wasabi_11(tx)) named |= WASABI_11;
        if (wasabi_20(tx)) named |= WASABI_20;
        if (whirlpool(tx)) named |= WHIRLPOOL;
        if (equal(tx)) named |= EQUAL;
    }
    unsigned found = simple(tx) ? unsigned{SIMPLE} : 0u;
    if (stonewall(tx)) found |= STONEWALL, named = 0;
    constexpr unsigned LIKE_PAYOUTS = JOINMARKET | WASABI_10 | WASABI_11 | EQUAL;
    if ((named & LIKE_PAYOUTS) && paid_by(tx, exchanges, count)) named &= ~LIKE_PAYOUTS, found |= EXCHANGE;
    found |= named;
    constexpr unsigned JOINED = SIMPLE | LIKE_PAYOUTS | WASABI_20 | WHIRLPOOL;
    if (tx.unknown) return found & JOINED ? unsigned{UNJUDGED} : 0u;
    if (tx0(tx)) found |= WHIRLPOOL_TX0;
    if (!(found & JOINED) && payjoin(tx)) found |= PAYJOIN;
    return found;
}

}  // namespace

void check_run(const Run &run) {
    for (std::size_t t = 0; t < run.txs; ++t)
        if (run.first_in[t + 1] < run.first_in[t] || run.first_out[t + 1] < run.first_out[t])
            throw std::out_of_range("first_in and first_out must not fall");
    if (run.first_in[run.txs] - run.first_in[0] > run.inputs || run.first_out[run.txs] - run.first_out[0] > run.outputs)
        throw std::out_of_range("columns are shorter than their transactions say");
}

void coinjoin_shapes(const Run &run, const std::uint32_t *exchanges, std::size_t exchange_count,
                     std::uint16_t *shapes) {
    check_run(run);
    Tx tx;
    for (std::size_t t = 0; t < run.txs; ++t) {
        shapes[t] = 0;
        if (run.first_in[t + 1] == run.first_in[t] || run.first_out[t + 1] - run.first_out[t] < 2) continue;
        prepare(tx, run, t);
        shapes[t] = static_cast<std::uint16_t>(shapes_of(tx, exchanges, exchange_count));
    }
}

}  // namespace amparo
