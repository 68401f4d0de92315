// Claims on outputs carried through transactions by one taint rule, forward or backward, over mapped arrays.
//
//     claims = held + fee + absorbed + stopped + destroyed + gap + minted         exact, on every run
//
// Dense ids are in chain order, so forward the smallest waiting transaction, backward the largest, has all its marks;
// each transaction is visited once. Nothing of the chain's size is allocated: memory follows what is reached.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "taint.hpp"

namespace amparo::trace {

constexpr std::uint32_t kUnspent = 0xFFFFFFFFu;
constexpr std::uint64_t kUnresolved = 0xFFFFFFFFFFFFFFFFull;

// The arrays of a store (amparo/ledger/store/layout.py). Optional ones may be null.
struct Chain {
    const std::int64_t *value = nullptr;
    const std::uint32_t *spent_by = nullptr;
    const std::uint8_t *stype = nullptr;
    const std::uint32_t *addr = nullptr;  // optional
    std::size_t outputs = 0;
    const std::uint64_t *first_out = nullptr, *first_in = nullptr;  // one more row than transactions
    std::size_t txs = 0;
    const std::uint64_t *prev_out = nullptr;
    const std::int64_t *given = nullptr;  // optional: values of outputs outside the loaded blocks, -1 = not said
    std::size_t inputs = 0;
    const std::uint64_t *first_tx = nullptr;  // one more row than blocks
    const std::int64_t *block_time = nullptr;
    std::size_t blocks = 0;
};

enum class State : std::uint8_t { waiting, held, spent, stopped, destroyed, gap, minted };
// 0 = none; the numbers are those of amparo/ledger/trace/stops.py.
enum class Stop : std::uint8_t { none, service, hops, floor, height, budget, mixer, dormant, date, cluster, count };

// A small set of numbers with a stop each; open addressing.
class StopKeys {
   public:
    void fill(const std::uint64_t *keys, const std::uint8_t *stops, std::size_t count);
    Stop find(std::uint64_t key) const;
    bool empty() const { return keys_.empty(); }

   private:
    std::size_t place(std::uint64_t key) const;
    std::vector<std::uint64_t> keys_;
    std::vector<std::uint8_t> stops_;
};

struct Stops {
    std::int64_t max_hops = -1, floor = -1;
    std::uint32_t first_tx = 0, end_tx = kUnspent;  // transactions outside are not entered: `height`
    std::int64_t first_time = INT64_MIN, last_time = INT64_MAX;  // block times outside are not entered: `date`
    std::int64_t dormant = -1;  // seconds
    std::uint64_t max_steps = 100000;
    const StopKeys *keys = nullptr;  // of addresses, or of outputs where the chain has no `addr`
    const std::uint8_t *addr_stop = nullptr;  // a row an address: not 0 = of a large entity
    std::size_t addresses = 0;
    const std::uint64_t *mixers = nullptr;  // sorted transactions
    std::size_t mixer_count = 0;
    const std::uint16_t *mixer_bits = nullptr;  // a row a transaction: not 0 = a mixer
};

struct Fault {
    enum Kind { value_created, ambiguous, not_conserved, damaged, too_large } kind;
    std::uint64_t at;  // transaction (value_created, damaged, too_large) or output (ambiguous)
};

// Keys at or above the last one taken out go in; groups of equal keys come out rising. A radix heap by half octets: a
// key moves at most eight times.
class RisingQueue {
   public:
    void push(std::uint32_t key, std::uint32_t what);
    // The next key with all that waits under it. False at the end.
    bool pop(std::uint32_t &key, std::vector<std::uint32_t> &group);

   private:
    struct Entry {
        std::uint32_t key, what;
    };
    // [level * 16 + digit]: keys whose highest half octet that differs from last_ is that level's, with that digit.
    std::array<std::vector<Entry>, 128> buckets_;
    std::array<std::uint32_t, 8> filled_{};  // a bit a digit
    std::vector<Entry> now_;                 // keys equal to last_
    std::uint32_t last_ = 0;
};

// What was reached: claims first, by output; then what followed, forward by rising output. Read by Python as it is.
struct ReachRow {
    std::uint64_t output;
    std::int64_t amount;
    std::uint32_t hop;
    std::uint8_t state, stop;
    std::uint16_t unused;
};
static_assert(sizeof(ReachRow) == 24, "amparo/ledger/trace/columns.py reads these bytes");

struct Reached {
    std::vector<ReachRow> rows;
    std::vector<std::int64_t> claim, absorbed;  // of the claims only
    std::vector<std::uint64_t> spans_at;        // ordered rules: into `spans`
    std::vector<std::uint32_t> span_count;
    std::vector<Span> spans;
};

struct StepRow {
    std::int64_t tainted, moved, fee, absorbed, gap;
    std::uint32_t tx, hop, unresolved, unused;
};
static_assert(sizeof(StepRow) == 56, "amparo/ledger/trace/columns.py reads these bytes");

struct WalkTotals {
    Wide claims = 0, held = 0, fee = 0, absorbed = 0, destroyed = 0, gap = 0, minted = 0;
    std::array<Wide, static_cast<std::size_t>(Stop::count)> stopped{};
};

class Walk {
   public:
    Walk(const Chain &chain, Rule rule, FeeTake fee, Stops stops, bool backward);
    virtual ~Walk() = default;

    // Claims by rising output, each 1..value. Once, first.
    void seed(const std::uint64_t *outputs, const std::int64_t *amounts, std::size_t count);
    // Goes on for at most `steps` transactions; true at the end. Throws Fault.
    bool advance(std::uint64_t steps);
    // After the end. Throws Fault not_conserved.
    void close();

    const Chain chain;
    const Rule rule;
    Reached reached;
    std::vector<StepRow> steps;
    WalkTotals totals;
    std::uint64_t given_inputs = 0;

   protected:
    struct Inputs {
        std::size_t begin = 0, end = 0, unresolved = 0;
        Wide value = 0;
    };
    struct Outputs {
        std::size_t begin = 0, end = 0;
        Wide value = 0;
    };
    struct Booked {
        std::int64_t moved = 0, fee = 0, absorbed = 0, gap = 0;
    };

    virtual void settle(std::uint32_t at, std::uint64_t from_tx) = 0;
    virtual Booked pass(std::uint32_t tx, const Inputs &in, const Outputs &out) = 0;

    Inputs inputs_of(std::uint32_t tx) const;
    Outputs outputs_of(std::uint32_t tx) const;
    bool conserves() const { return rule != Rule::poison; }
    bool ordered() const { return rule >= Rule::fifo; }
    std::int64_t time_of(std::uint64_t tx) const;
    Stop stop_at(std::uint64_t output) const;
    bool mixer(std::uint32_t tx) const;
    // Whether a transaction may be entered from an output reached at `at`; the reason why not.
    Stop stop_before(std::uint32_t tx, std::uint32_t at) const;
    void wait(std::uint32_t tx, std::uint32_t at);
    void end(std::uint32_t at, State state, Stop stop = Stop::none);
    std::uint32_t add(std::uint64_t output, std::int64_t amount, std::uint32_t hop);
    void mark(std::uint32_t at, const Span *spans, std::size_t count);
    Marked mark_of(std::uint32_t at) const;
    // Books an amount (and its spans, for ordered rules) on an output, claimed or new.
    void arrive(std::uint64_t output, std::int64_t amount, const Spans *spans, std::uint32_t hop, std::uint64_t from_tx,
                Booked &booked);
    std::size_t claimed(std::uint64_t output);  // its number, or count of claims
    std::uint32_t reached_at(std::uint64_t output) const;  // among group_, kUnspent = not there

    const FeeTake fee_;
    Stops stops_;
    const bool backward_;
    RisingQueue waiting_;
    // The transactions that were last told to wait: by the time one is overwritten, its first rows are at hand.
    std::array<std::uint32_t, 16> soon_{};
    std::size_t turn_ = 0;
    std::vector<std::uint32_t> group_;
    std::uint32_t group_hop_ = 0;
    std::int64_t group_amount_ = 0;
    std::size_t claims_ = 0, next_claim_ = 0;
    Spans union_;
    Queue queue_;
    std::vector<std::int64_t> values_, shares_;
    std::vector<Input> marked_;
    std::vector<Spans> parts_;

   private:
    void step(std::uint32_t tx);
};

class ForwardWalk final : public Walk {
   public:
    ForwardWalk(const Chain &chain, Rule rule, FeeTake fee, Stops stops);

   protected:
    void settle(std::uint32_t at, std::uint64_t from_tx) override;
    Booked pass(std::uint32_t tx, const Inputs &in, const Outputs &out) override;

   private:
    Booked pass_ordered(std::uint32_t tx, const Inputs &in, const Outputs &out);
};

class BackwardWalk final : public Walk {
   public:
    BackwardWalk(const Chain &chain, Rule rule, FeeTake fee, Stops stops);

   protected:
    void settle(std::uint32_t at, std::uint64_t from_tx) override;
    Booked pass(std::uint32_t tx, const Inputs &in, const Outputs &out) override;

   private:
    void origins(const Inputs &in, const Outputs &out);
};

}  // namespace amparo::trace
