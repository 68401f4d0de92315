#include "blocks_index.hpp"

#include <algorithm>
#include <cstring>

namespace amparo {
namespace {

constexpr std::uint32_t UNSPENT = 0xFFFFFFFF;
constexpr std::uint64_t UNRESOLVED = ~std::uint64_t{0};
constexpr std::uint64_t ID = (std::uint64_t{1} << 40) - 1;
constexpr std::uint64_t AHEAD_SLOT = 24, AHEAD_ROW = 12;

std::uint64_t load64(const std::uint8_t *at) {
    std::uint64_t word;
    std::memcpy(&word, at, 8);
    return word;
}

std::uint64_t fold(std::uint64_t a, std::uint64_t b) {
    const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// A keyed hash of 32 octets and a kind, in the manner of wyhash: its key is secret, so nobody can aim at one slot.
std::uint64_t hash_of(const std::uint8_t *key, std::uint8_t kind, std::uint64_t seed) {
    const std::uint64_t other = fold(seed ^ 0xA0761D6478BD642F, 0xE7037ED1A0B428DB);
    const std::uint64_t one = fold(load64(key) ^ seed, load64(key + 8) ^ other);
    const std::uint64_t two = fold(load64(key + 16) ^ other ^ kind, load64(key + 24) ^ seed ^ 0x8EBC6AF09C88C6E3);
    return fold(one ^ other, two ^ seed ^ 0x589965CC75374CC3);
}

struct Place {
    std::uint64_t slot;  // of the whole table
    std::uint64_t tag;   // in the slot's upper 24 bits
};

Place place_of(const KeyTable &table, const std::uint8_t *key, std::uint8_t kind) {
    const std::uint64_t hash = hash_of(key, kind, table.seed);
    return {hash >> (64 - table.bits), hash << 40};
}

bool inside(const KeyTable &table, std::uint64_t slot) { return slot - table.low < table.size; }

// Walks the slots a key may stand in.
struct Probe {
    std::uint64_t start, mask, step = 0;

    Probe(const KeyTable &table, std::uint64_t slot)
        : start(slot), mask(std::min(std::uint64_t{1} << table.bits, KeyTable::RUN) - 1) {}
    std::uint64_t slot() const { return (start & ~mask) | ((start + step) & mask); }
    bool next() { return ++step <= mask; }
};

constexpr std::uint64_t ABSENT = ~std::uint64_t{0};

// The slot of the entry that `equal(id)` accepts, or the free slot for it, or ABSENT where the run is full.
template <class Equal> std::uint64_t *find(const KeyTable &table, const Place &place, Equal equal) {
    for (Probe probe(table, place.slot);;) {
        std::uint64_t *slot = table.slots + (probe.slot() - table.low);
        if (*slot == 0 || ((*slot & ~ID) == place.tag && equal((*slot & ID) - 1))) return slot;
        if (!probe.next()) return nullptr;
    }
}

std::uint64_t entry(const Place &place, std::uint64_t id) { return place.tag | (id + 1); }

class Resolver {
  public:
    Resolver(const KeyTable &table, const Chain &chain, const Spends &spends, std::uint32_t *spent_by)
        : table_(table), chain_(chain), spends_(spends), spent_by_(spent_by) {}

    Resolved run(std::uint64_t from, std::uint64_t to, std::uint64_t look) {
        for (std::uint64_t tx = from; tx < to; ++tx) {
            if (tx + AHEAD_SLOT < to) warm(txid(tx + AHEAD_SLOT));
            if (tx >= look && !spend(tx)) return result_;
            if (!enter(tx)) return result_;
        }
        return result_;
    }

  private:
    const std::uint8_t *txid(std::uint64_t tx) const { return chain_.txid + 32 * tx; }

    void warm(const std::uint8_t *key) const {
        const Place place = place_of(table_, key, 0);
        if (inside(table_, place.slot)) __builtin_prefetch(table_.slots + (place.slot - table_.low), 1);
    }

    // The row an input will be compared with, fetched before it is needed.
    void warm_row(const std::uint8_t *key) const {
        const Place place = place_of(table_, key, 0);
        if (!inside(table_, place.slot)) return;
        const std::uint64_t held = table_.slots[place.slot - table_.low];
        if (held == 0 || (held & ~ID) != place.tag) return;
        const std::uint64_t tx = (held & ID) - 1;
        if (tx >= chain_.n_tx) return;
        __builtin_prefetch(chain_.txid + 32 * tx);
        __builtin_prefetch(chain_.first_out + tx);
    }

    bool spend(std::uint64_t tx) {
        const std::uint64_t end = chain_.first_in[tx + 1];
        for (std::uint64_t input = chain_.first_in[tx]; input < end; ++input) {
            const std::uint64_t row = input - spends_.base;
            if (row + AHEAD_SLOT < spends_.count) warm(spends_.prev_txid + 32 * (row + AHEAD_SLOT));
            if (row + AHEAD_ROW < spends_.count) warm_row(spends_.prev_txid + 32 * (row + AHEAD_ROW));
            if (!link(tx, input, row)) return false;
        }
        return true;
    }

    bool link(std::uint64_t tx, std::uint64_t input, std::uint64_t row) {
        const std::uint8_t *wanted = spends_.prev_txid + 32 * row;
        const Place place = place_of(table_, wanted, 0);
        if (!inside(table_, place.slot)) return true;
        const std::uint64_t *slot = slot_of(wanted, place);
        if (!slot || *slot == 0) return true;
        const std::uint64_t made = (*slot & ID) - 1;
        const std::uint64_t output = chain_.first_out[made] + spends_.prev_vout[row];
        if (output >= chain_.first_out[made + 1] || output >= chain_.n_out) return fail(Fault::unknown, input);
        if (spent_by_[output] != UNSPENT) return fail(Fault::twice, input);
        spent_by_[output] = static_cast<std::uint32_t>(tx);
        spends_.prev_out[row] = output;
        ++result_.found;
        return true;
    }

    std::uint64_t *slot_of(const std::uint8_t *key, const Place &place) const {
        return find(table_, place, [&](std::uint64_t tx) {
            return tx < chain_.n_tx && std::memcmp(chain_.txid + 32 * tx, key, 32) == 0;
        });
    }

    // Of two transactions with one id the later takes the place: it is the one that can be spent.
    bool enter(std::uint64_t tx) {
        const Place place = place_of(table_, txid(tx), 0);
        if (!inside(table_, place.slot)) return true;
        std::uint64_t *slot = slot_of(txid(tx), place);
        if (!slot) return fail(Fault::full, 0);
        *slot = entry(place, tx);
        return true;
    }

    bool fail(Fault fault, std::uint64_t input) {
        result_.fault = fault;
        result_.input = input;
        return false;
    }

    const KeyTable &table_;
    const Chain &chain_;
    const Spends &spends_;
    std::uint32_t *spent_by_;
    Resolved result_;
};

bool has_address(std::uint8_t stype) { return stype >= 1 && stype <= 6; }

}  // namespace

Resolved resolve_part(const KeyTable &table, const Chain &chain, std::uint64_t from, std::uint64_t to,
                      std::uint64_t look, const Spends &spends, std::uint32_t *spent_by) {
    return Resolver(table, chain, spends, spent_by).run(from, to, look);
}

std::uint64_t first_created(const Chain &chain, std::uint64_t from, std::uint64_t to, const std::uint64_t *prev_out,
                            const std::int64_t *given, std::uint64_t taken_paid[4]) {
    const std::uint64_t base = chain.first_in[from];
    for (std::uint64_t tx = from; tx < to; ++tx) {
        unsigned __int128 taken = 0, paid = 0;
        bool known = chain.first_in[tx] < chain.first_in[tx + 1];
        for (std::uint64_t row = chain.first_in[tx] - base; known && row < chain.first_in[tx + 1] - base; ++row) {
            if (prev_out[row] != UNRESOLVED)
                taken += static_cast<std::uint64_t>(chain.value[prev_out[row]]);
            else if (given && given[row] >= 0)
                taken += static_cast<std::uint64_t>(given[row]);
            else
                known = false;
        }
        if (!known) continue;
        for (std::uint64_t output = chain.first_out[tx]; output < chain.first_out[tx + 1]; ++output)
            paid += static_cast<std::uint64_t>(chain.value[output]);
        if (paid <= taken) continue;
        taken_paid[0] = static_cast<std::uint64_t>(taken);
        taken_paid[1] = static_cast<std::uint64_t>(taken >> 64);
        taken_paid[2] = static_cast<std::uint64_t>(paid);
        taken_paid[3] = static_cast<std::uint64_t>(paid >> 64);
        return tx;
    }
    return to;
}

void count_distinct(std::uint8_t *registers, const std::uint8_t *stype, const std::uint8_t *payload,
                    std::uint64_t count) {
    for (std::uint64_t row = 0; row < count; ++row) {
        if (!has_address(stype[row])) continue;
        const std::uint64_t hash = hash_of(payload + 32 * row, stype[row], 0);
        const std::uint64_t rest = hash << DISTINCT_BITS;
        const auto rank = static_cast<std::uint8_t>(rest ? __builtin_clzll(rest) + 1 : 64 - DISTINCT_BITS + 1);
        std::uint8_t &held = registers[hash >> (64 - DISTINCT_BITS)];
        held = std::max(held, rank);
    }
}

bool first_outputs(const KeyTable &table, const std::uint8_t *stype, const std::uint8_t *payload, std::uint64_t base,
                   std::uint64_t count, std::uint64_t *first) {
    const std::uint64_t end = base + count;
    for (std::uint64_t output = base; output < end; ++output) {
        if (output + AHEAD_SLOT < end) {
            const Place ahead = place_of(table, payload + 32 * (output + AHEAD_SLOT), stype[output + AHEAD_SLOT]);
            if (inside(table, ahead.slot)) __builtin_prefetch(table.slots + (ahead.slot - table.low), 1);
        }
        if (output + AHEAD_ROW < end) {
            const Place ahead = place_of(table, payload + 32 * (output + AHEAD_ROW), stype[output + AHEAD_ROW]);
            if (inside(table, ahead.slot)) {
                const std::uint64_t held = table.slots[ahead.slot - table.low];
                if (held && (held & ~ID) == ahead.tag) __builtin_prefetch(payload + 32 * ((held & ID) - 1));
            }
        }
        if (!has_address(stype[output])) continue;
        const std::uint8_t *key = payload + 32 * output;
        const Place place = place_of(table, key, stype[output]);
        if (!inside(table, place.slot)) continue;
        std::uint64_t *slot = find(table, place, [&](std::uint64_t other) {
            return other <= output && stype[other] == stype[output] && std::memcmp(payload + 32 * other, key, 32) == 0;
        });
        if (!slot) return false;
        if (*slot == 0) *slot = entry(place, output);
        first[output - base] = (*slot & ID) - 1;
    }
    return true;
}

std::uint64_t number_addresses(const std::uint64_t *first, std::uint64_t base, std::uint64_t count, std::uint32_t *addr,
                               std::uint64_t next) {
    for (std::uint64_t row = 0; row < count; ++row) {
        if (row + AHEAD_SLOT < count && first[row + AHEAD_SLOT] <= base + row)
            __builtin_prefetch(addr + first[row + AHEAD_SLOT]);
        const std::uint64_t output = base + row;
        if (first[row] > output)
            addr[output] = 0xFFFFFFFF;  // no address
        else if (first[row] < output)
            addr[output] = addr[first[row]];
        else if (next >= 0xFFFFFFFF)
            return 0xFFFFFFFF;
        else
            addr[output] = static_cast<std::uint32_t>(next++);
    }
    return next;
}

void count_outputs(const std::uint32_t *addr, std::uint64_t count, std::uint64_t *counts) {
    for (std::uint64_t row = 0; row < count; ++row)
        if (addr[row] != 0xFFFFFFFF) ++counts[addr[row]];
}

std::size_t candidates_of(const KeyTable &table, const std::uint8_t *key, std::uint8_t kind, std::uint64_t *out,
                          std::size_t room) {
    std::size_t found = 0;
    const Place place = place_of(table, key, kind);
    Probe probe(table, place.slot);
    do {
        const std::uint64_t held = table.slots[probe.slot() - table.low];
        if (held == 0) break;
        if ((held & ~ID) == place.tag && found < room) out[found++] = (held & ID) - 1;
    } while (probe.next());
    return found;
}

}  // namespace amparo
