// Which output of a transaction may be its change: one bit a test that could not rule it out. No Python in here.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "coinjoin.hpp"
#include "union_find.hpp"

namespace amparo {

// Permanent numbers: two bytes an output.
enum ChangeBit : std::uint16_t {
    REUSED = 1,          // pays an address that is among the inputs
    SAME_CLUSTER = 2,    // pays an address of the inputs' set, as it stood with this transaction
    SAME_TYPE = 4,       // all inputs and this output are of one script type
    NOT_THOUSANDS = 8,   // amount is no multiple of 1,000
    NOT_MILLIONS = 16,   // amount is no multiple of 1,000,000
    SMALLER = 32,        // amount is below the smallest input
    FRESH = 64,          // first appearance of the address
    ONCE = 128,          // the address is paid once in all loaded blocks
    PEELS = 256,         // unspent, or spent by a transaction of one input and two outputs
    SAME_LOCKTIME = 512,   // unspent, or the spender sets a lock time as this transaction does
    SAME_FEE_RATE = 1024,  // unspent, or the spender pays the same fee rate
    SAME_VERSION = 2048,   // unspent, or the spender has the same version and replaceability
    ONE_TIME = 4096,     // the only output that passes the five tests of GraphSense's one-time rule
    ONLY_FRESH = 8192,   // the only fresh address, and another output pays a known one
    LEADS = 16384,       // more tests passed than by any other output of the transaction
    LEADS_BY_TWO = 32768,  // ... by two or more
};

// Facts of every transaction, by its number; rates: 0xffffffff = not known.
struct Habits {
    const std::uint32_t *locktime, *fee_rate;
    const std::int32_t *version;
    const std::uint16_t *flags;
    const std::uint64_t *first_in, *first_out;  // all transactions, one more at the end
    std::size_t txs;
};

class ChangePass {
  public:
    // `paid_once`: one byte an address, 1 where it is paid exactly once in all loaded blocks.
    explicit ChangePass(std::size_t addresses);
    std::size_t addresses() const { return parent_.size(); }
    // The next run of transactions, in chain order. `skip`: CoinJoins and the like; their outputs get no bit.
    // `spent_by`: of the run's outputs, 0xffffffff = unspent.
    void run(const Run &run, std::uint32_t first_tx, const Habits &habits, const std::uint8_t *skip,
             const std::uint32_t *spent_by, const std::uint8_t *paid_once, std::uint16_t *bits);

  private:
    void judge(const Run &run, std::size_t t, std::uint32_t tx, const Habits &habits, const std::uint32_t *spent_by,
               const std::uint8_t *paid_once, std::uint16_t *bits);
    std::uint32_t find(std::uint32_t x);
    void learn(const Run &run, std::size_t t, bool joins);

    std::vector<std::uint32_t> parent_;
    std::vector<bool> seen_;
    std::vector<std::uint32_t> here_;
};

// Adds edges to finished roots in the order given, and refuses an edge between two sets that are both larger than
// `limit` (bit 0) or hold tags of different actors (bit 1); why[i] = 0 where the edge was taken or not needed.
void guarded_merge(std::uint32_t *root, std::size_t n, const std::uint32_t *a, const std::uint32_t *b,
                   std::size_t edges, std::uint32_t limit, const std::uint32_t *tag_address,
                   const std::uint32_t *tag_actor, std::size_t tags, std::uint8_t *why);

}  // namespace amparo
