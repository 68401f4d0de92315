// Blocks as bytes -> columns, every read checked. The plain twin is tests/reference/blocks.py.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace amparo {

// What can be wrong with a block; the Python face names the errors (src/amparo/ledger/blocks.py).
enum class BlockFault : std::uint8_t {
    none,
    cut,        // facts: wanted, left
    long_size,
    beyond,     // facts: count, what, left
    value,      // facts: value
    empty,      // facts: what
    left_over,  // facts: left
    merkle,
    witness,
    no_work,
    coinbase,
    changed,  // the header is not the one that was read before
};

// `what` of a fault.
enum class Part : std::uint8_t { transactions, inputs, outputs, bytes, witness_parts };

// Blocks in one buffer: starts and lengths there, and where each begins in its file.
struct BlockBytes {
    const std::uint8_t *data;
    const std::uint64_t *start;
    const std::uint64_t *length;
    const std::uint64_t *at;
    const std::uint8_t *hash;  // 32 octets each: the header that is expected; null = any mined one
    std::size_t count;
};

struct BlockRows {
    std::vector<std::uint8_t> hash, prev;
    std::vector<std::int64_t> time, height;  // height: as the coinbase claims it (BIP 34), -1 = not said
    std::vector<std::uint32_t> n_tx;

    std::vector<std::uint8_t> txid;
    std::vector<std::int32_t> version;
    std::vector<std::uint32_t> locktime, size, weight, n_out, n_in;
    std::vector<std::uint64_t> at;
    std::vector<std::uint16_t> flags;  // 1 coinbase, 2 segwit, 4 replaceable

    std::vector<std::int64_t> value;
    std::vector<std::uint8_t> stype, payload;

    std::vector<std::uint8_t> prev_txid;
    std::vector<std::uint32_t> prev_vout, sequence;

    // The first fault, if any: its block, its place in the file.
    BlockFault fault = BlockFault::none;
    std::size_t fault_block = 0;
    std::uint64_t fault_at = 0;
    std::array<std::uint64_t, 3> facts{};
};

BlockRows walk_blocks(const BlockBytes &blocks);

// Undo a node's mask on bytes that stand at `at` of their file.
void unmask(std::uint8_t *data, std::size_t size, std::uint64_t at, const std::uint8_t mask[8]);

}  // namespace amparo
