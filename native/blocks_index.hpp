// What needs the whole chain: prevouts and addresses, by one kind of hash table that may be filled a part at a time.
#pragma once

#include <cstddef>
#include <cstdint>

namespace amparo {

// A part of an open-addressing table: slots [low, low + size) of 2^bits. A slot is 0 (empty) or tag << 40 | id + 1.
// Probing stays inside runs of at most RUN slots, so that a part can be filled without the others. `seed` is secret
// and random: whoever makes a chain cannot choose its collisions.
struct KeyTable {
    static constexpr std::uint64_t RUN = std::uint64_t{1} << 20;
    std::uint64_t *slots;
    std::uint64_t low, size;
    unsigned bits;
    std::uint64_t seed;
};

enum class Fault : std::uint8_t { none, unknown, twice, full };

// The arrays of a chain as far as resolving needs them; rows of the whole chain unless said.
struct Chain {
    const std::uint8_t *txid;        // 32 octets a transaction
    const std::uint64_t *first_out;  // one more row than transactions
    const std::uint64_t *first_in;
    const std::int64_t *value;
    std::uint64_t n_tx, n_out;
};

// Inputs [base, base + count) of the chain: the outputs they name, and where to write what was found.
struct Spends {
    const std::uint8_t *prev_txid;
    const std::uint32_t *prev_vout;
    std::uint64_t base, count;
    std::uint64_t *prev_out;  // `count` rows
};

struct Resolved {
    std::uint64_t found = 0;
    Fault fault = Fault::none;
    std::uint64_t input = 0;  // of the fault
};

// Enters transactions [from, to) in chain order and resolves their inputs (those of transactions from `look` on):
// the latest earlier transaction of that id. Writes spent_by of what was found. Stops at the first fault.
Resolved resolve_part(const KeyTable &table, const Chain &chain, std::uint64_t from, std::uint64_t to,
                      std::uint64_t look, const Spends &spends, std::uint32_t *spent_by);

// The first transaction of [from, to) that pays out more than it takes in though all its inputs are known; `to` if
// none does. Sums are 128 bits wide. `prev_out` begins at input first_in[from]. `given` (may be null): amounts of
// inputs whose outputs are not loaded, -1 = not said.
std::uint64_t first_created(const Chain &chain, std::uint64_t from, std::uint64_t to, const std::uint64_t *prev_out,
                            const std::int64_t *given, std::uint64_t taken_paid[4]);

// HyperLogLog over the scripts that have an address: 2^14 registers (Flajolet and others, 2007).
constexpr unsigned DISTINCT_BITS = 14;
void count_distinct(std::uint8_t *registers, const std::uint8_t *stype, const std::uint8_t *payload,
                    std::uint64_t count);

// The first output of the same script kind and payload, for `count` outputs from `base` on; rows of kinds without an
// address are left as they are. `stype` and `payload` are the whole chain's. False: a run of the table is full.
bool first_outputs(const KeyTable &table, const std::uint8_t *stype, const std::uint8_t *payload, std::uint64_t base,
                   std::uint64_t count, std::uint64_t *first);

// Numbers addresses by first appearance: addr[base + i] for each first[i]. Returns the next free number, or
// 2^32 - 1 when there are too many.
std::uint64_t number_addresses(const std::uint64_t *first, std::uint64_t base, std::uint64_t count, std::uint32_t *addr,
                               std::uint64_t next);

// Adds the outputs of each address to `counts`.
void count_outputs(const std::uint32_t *addr, std::uint64_t count, std::uint64_t *counts);

// Look up in a whole table: ids whose tag fits, newest entry of a key first come; `out` gets at most `room`.
std::size_t candidates_of(const KeyTable &table, const std::uint8_t *key, std::uint8_t kind, std::uint64_t *out,
                          std::size_t room);

}  // namespace amparo
