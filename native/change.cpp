// Tests: BlockSci's change_address.cpp and GraphSense's one-time rule, as read there; no code of theirs.
// One pass in chain order: a set of addresses is the set as of this transaction, never the later one.
#include "change.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>

namespace amparo {

namespace {

constexpr std::uint32_t NONE = 0xFFFFFFFF;
constexpr std::uint16_t RBF = 4;  // TxFlag
constexpr std::uint16_t ONE_TIME_TESTS = SAME_TYPE | NOT_THOUSANDS | SMALLER | FRESH | ONCE;
constexpr std::uint16_t VOTES = SAME_TYPE | NOT_THOUSANDS | NOT_MILLIONS | SMALLER | FRESH | ONCE | PEELS |
                                SAME_LOCKTIME | SAME_FEE_RATE | SAME_VERSION;

unsigned habit_bits(const Habits &habits, std::uint32_t tx, std::uint32_t spender) {
    if (spender == NONE) return PEELS | SAME_LOCKTIME | SAME_FEE_RATE | SAME_VERSION;
    unsigned found = 0;
    if (habits.first_in[spender + 1] - habits.first_in[spender] == 1 &&
        habits.first_out[spender + 1] - habits.first_out[spender] == 2)
        found |= PEELS;
    if ((habits.locktime[spender] > 0) == (habits.locktime[tx] > 0)) found |= SAME_LOCKTIME;
    const std::uint32_t mine = habits.fee_rate[tx], theirs = habits.fee_rate[spender];
    if (mine == NONE || theirs == NONE || mine == theirs) found |= SAME_FEE_RATE;
    if (habits.version[spender] == habits.version[tx] &&
        (habits.flags[spender] & RBF) == (habits.flags[tx] & RBF))
        found |= SAME_VERSION;
    return found;
}

int votes(unsigned bits) { return __builtin_popcount(bits & VOTES); }

// What the inputs of one transaction have in common.
struct Paying {
    std::vector<std::uint32_t> addresses;  // ascending
    std::int64_t least = INT64_MAX;
    int type = -1;  // -2: several
    bool unknown = false;
};

void read_inputs(const Run &run, std::size_t t, Paying &paying) {
    paying.addresses.clear();
    paying.least = INT64_MAX;
    paying.type = -1;
    paying.unknown = false;
    for (std::size_t i = run.first_in[t] - run.first_in[0]; i < run.first_in[t + 1] - run.first_in[0]; ++i) {
        if (run.in_value[i] < 0) {
            paying.unknown = true;
            continue;
        }
        paying.least = std::min(paying.least, run.in_value[i]);
        const int type = run.in_stype[i];
        paying.type = paying.type == -1 || paying.type == type ? type : -2;
        if (run.in_addr[i] != NONE) paying.addresses.push_back(run.in_addr[i]);
    }
    std::sort(paying.addresses.begin(), paying.addresses.end());
}

}  // namespace

ChangePass::ChangePass(std::size_t addresses) : parent_(addresses), seen_(addresses) {
    if (addresses >= NONE) throw std::out_of_range("too many addresses");
    for (std::size_t i = 0; i < addresses; ++i) parent_[i] = static_cast<std::uint32_t>(i);
}

std::uint32_t ChangePass::find(std::uint32_t x) {
    while (parent_[x] != x) x = parent_[x] = parent_[parent_[x]];
    return x;
}

void ChangePass::learn(const Run &run, std::size_t t, bool joins) {
    std::uint32_t first = NONE;
    for (std::size_t i = run.first_in[t] - run.first_in[0]; i < run.first_in[t + 1] - run.first_in[0]; ++i) {
        const std::uint32_t each = run.in_addr[i];
        if (each == NONE) continue;
        seen_[each] = true;
        if (first == NONE) first = each;
        const std::uint32_t x = find(first), y = find(each);
        if (joins && x != y) parent_[std::max(x, y)] = std::min(x, y);
    }
}

void ChangePass::judge(const Run &run, std::size_t t, std::uint32_t tx, const Habits &habits,
                       const std::uint32_t *spent_by, const std::uint8_t *paid_once, std::uint16_t *bits) {
    const std::size_t begin = run.first_out[t] - run.first_out[0], end = run.first_out[t + 1] - run.first_out[0];
    Paying paying;
    read_inputs(run, t, paying);
    here_.clear();
    for (std::size_t o = begin; o < end; ++o)
        if (run.out_addr[o] != NONE) here_.push_back(run.out_addr[o]);
    std::sort(here_.begin(), here_.end());
    const auto &ours = paying.addresses;
    std::size_t candidates = 0, fresh = 0, known = 0;
    for (std::size_t o = begin; o < end; ++o) {
        const std::uint32_t address = run.out_addr[o];
        if (address == NONE) continue;
        unsigned found = habit_bits(habits, tx, spent_by[o]);
        if (std::binary_search(ours.begin(), ours.end(), address)) found |= REUSED;
        if (!ours.empty() && find(address) == find(ours.front())) found |= SAME_CLUSTER;
        if (paying.type == run.out_stype[o] && !paying.unknown) found |= SAME_TYPE;
        if (run.out_value[o] % 1'000) found |= NOT_THOUSANDS;
        if (run.out_value[o] % 1'000'000) found |= NOT_MILLIONS;
        if (run.out_value[o] < paying.least && !paying.unknown) found |= SMALLER;
        if (!seen_[address]) found |= FRESH;
        const auto twice = std::equal_range(here_.begin(), here_.end(), address);
        if (paid_once[address] && twice.second - twice.first == 1) found |= ONCE;
        (found & FRESH ? fresh : known) += 1;
        candidates += (found & ONE_TIME_TESTS) == ONE_TIME_TESTS;
        bits[o] = static_cast<std::uint16_t>(found);
    }
    int best = -1, second = -1;
    for (std::size_t o = begin; o < end; ++o) {
        if (run.out_addr[o] == NONE) continue;
        const int mine = votes(bits[o]);
        if (mine > best) second = best, best = mine;
        else second = std::max(second, mine);
    }
    for (std::size_t o = begin; o < end; ++o) {
        if (run.out_addr[o] == NONE) continue;
        unsigned more = 0;
        if (candidates == 1 && end - begin >= 2 && end - begin <= 10 &&
            (bits[o] & ONE_TIME_TESTS) == ONE_TIME_TESTS)
            more |= ONE_TIME;
        if (fresh == 1 && known && (bits[o] & FRESH)) more |= ONLY_FRESH;
        if (second >= 0 && votes(bits[o]) == best && best > second) more |= LEADS;
        if (second >= 0 && votes(bits[o]) == best && best > second + 1) more |= LEADS_BY_TWO;
        bits[o] = static_cast<std::uint16_t>(bits[o] | more);
    }
}

void ChangePass::run(const Run &run, std::uint32_t first_tx, const Habits &habits, const std::uint8_t *skip,
                     const std::uint32_t *spent_by, const std::uint8_t *paid_once, std::uint16_t *bits) {
    check_run(run);
    if (first_tx + run.txs > habits.txs) throw std::out_of_range("more transactions than habits");
    const std::size_t n = parent_.size();
    for (std::size_t i = 0; i < run.inputs; ++i)
        if (run.in_addr[i] >= n && run.in_addr[i] != NONE) throw std::out_of_range("an input names no address");
    for (std::size_t i = 0; i < run.outputs; ++i) {
        if (run.out_addr[i] >= n && run.out_addr[i] != NONE) throw std::out_of_range("an output names no address");
        if (spent_by[i] >= habits.txs && spent_by[i] != NONE) throw std::out_of_range("a spender is no transaction");
    }
    std::fill(bits, bits + run.outputs, std::uint16_t{0});
    for (std::size_t t = 0; t < run.txs; ++t) {
        learn(run, t, !skip[t]);
        const bool coinbase = run.first_in[t + 1] == run.first_in[t];
        if (!coinbase && !skip[t])
            judge(run, t, first_tx + static_cast<std::uint32_t>(t), habits, spent_by, paid_once, bits);
        for (std::size_t o = run.first_out[t] - run.first_out[0]; o < run.first_out[t + 1] - run.first_out[0]; ++o)
            if (run.out_addr[o] != NONE) seen_[run.out_addr[o]] = true;
    }
}

void guarded_merge(std::uint32_t *root, std::size_t n, const std::uint32_t *a, const std::uint32_t *b,
                   std::size_t edges, std::uint32_t limit, const std::uint32_t *tag_address,
                   const std::uint32_t *tag_actor, std::size_t tags, std::uint8_t *why) {
    std::vector<std::uint32_t> size(n);
    for (std::size_t i = 0; i < n; ++i) {
        if (root[i] > i || root[root[i]] != root[i]) throw std::out_of_range("these are no roots");
        ++size[root[i]];
    }
    std::map<std::uint32_t, std::set<std::uint32_t>> actors;
    for (std::size_t i = 0; i < tags; ++i) {
        if (tag_address[i] >= n) throw std::out_of_range("a tag names no address");
        actors[root[tag_address[i]]].insert(tag_actor[i]);
    }
    const auto find = [&](std::uint32_t x) {
        while (root[x] != x) x = root[x] = root[root[x]];
        return x;
    };
    for (std::size_t i = 0; i < edges; ++i) {
        if (a[i] >= n || b[i] >= n) throw std::out_of_range("an edge names no address");
        const std::uint32_t x = find(a[i]), y = find(b[i]);
        why[i] = 0;
        if (x == y) continue;
        const std::uint32_t low = std::min(x, y), high = std::max(x, y);
        const auto left = actors.find(low), right = actors.find(high);
        if (size[low] > limit && size[high] > limit) why[i] |= 1;
        if (left != actors.end() && right != actors.end() && left->second != right->second) why[i] |= 2;
        if (why[i]) continue;
        if (right != actors.end()) {
            std::set<std::uint32_t> moved = std::move(right->second);
            actors.erase(right);
            actors[low].insert(moved.begin(), moved.end());
        }
        root[high] = low;
        size[low] += size[high];
    }
    for (std::size_t i = 0; i < n; ++i) root[i] = root[root[i]];
}

}  // namespace amparo
