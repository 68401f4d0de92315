// Shapes of CoinJoin transactions, by counts and amounts alone. No Python in here.
#pragma once

#include <cstddef>
#include <cstdint>

namespace amparo {

// Permanent numbers: two bytes a transaction.
enum Shape : std::uint16_t {
    SIMPLE = 1,
    WASABI_10 = 2,
    WASABI_11 = 4,
    WASABI_20 = 8,
    WHIRLPOOL = 16,
    JOINMARKET = 32,
    WHIRLPOOL_TX0 = 64,  // prepares a mix; no CoinJoin itself
    STONEWALL = 128,     // vetoes the named shapes
    EXCHANGE = 512,      // an input is a tagged exchange: JoinMarket and Wasabi 1.x are not said
    UNJUDGED = 1024,     // inputs are unknown, and it may be a CoinJoin
    PAYJOIN = 2048,      // could be a PayJoin: undecidable, never asserted
    EQUAL = 4096,        // many payers, one amount paid to several of them: no wallet's own shape
};

// A run of whole transactions. Inputs: `in_value` -1 = not known; `in_addr`/`out_addr` 0xffffffff = no address.
struct Run {
    const std::uint64_t *first_in, *first_out;  // txs + 1 each; counted from their own first number
    std::size_t txs;
    const std::uint32_t *in_addr;
    const std::int64_t *in_value;
    const std::uint8_t *in_stype;
    std::size_t inputs;
    const std::uint32_t *out_addr;
    const std::int64_t *out_value;
    const std::uint8_t *out_stype;
    std::size_t outputs;
};

// Throws std::out_of_range where first_in or first_out do not fit the columns.
void check_run(const Run &run);

// One set of shapes a transaction. `exchanges`: ascending addresses.
void coinjoin_shapes(const Run &run, const std::uint32_t *exchanges, std::size_t exchange_count,
                     std::uint16_t *shapes);

}  // namespace amparo
