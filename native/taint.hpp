// The five taint rules on one transaction, exact integers. Definitions and sources: amparo/ledger/taint/*.py.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace amparo::trace {

enum class Rule : std::uint8_t { poison, haircut, fifo, lifo, tiho };
enum class FeeTake : std::uint8_t { last, first, prorata };

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UWide;

using Span = std::pair<std::int64_t, std::int64_t>;  // satoshis [first, second)
using Spans = std::vector<Span>;

// A run of spans kept elsewhere: sorted, apart from each other.
struct Marked {
    const Span *spans = nullptr;
    std::size_t count = 0;
};

std::int64_t size_of(const Spans &spans);

// Sort, drop the empty, merge neighbours and overlaps; in place.
void join(Spans &spans);

// floor(a * b / whole) for 0 <= a, b <= whole, without overflow.
std::int64_t share(std::int64_t a, std::int64_t b, std::int64_t whole);

// Deals `amount` over `values` (their sum is `total`, amount <= total): rounded down, then one unit each to the largest
// remainders, ties to the first. `shares` gets one entry a value.
void in_proportion(std::int64_t amount, const std::vector<std::int64_t> &values, std::int64_t total,
                   std::vector<std::int64_t> &shares);

struct Input {
    std::int64_t value = 0;
    Marked mark;  // of the ordered rules
};

// What the ordered rules make of one transaction. Kept by the caller, so that memory is used again.
class Queue {
   public:
    // Inputs to outputs. `parts[o]` is the mark of output o; returns the traced satoshis that went to the fee.
    // The inputs' sum (at most 2^63-1) must be at least the outputs'.
    std::int64_t move(Rule rule, FeeTake fee, const std::vector<Input> &inputs, const std::vector<std::int64_t> &outputs,
                      std::vector<Spans> &parts);

    // Outputs back to inputs, fifo and lifo only, fee last or first: `parts[i]` is what input i gave to `needs`.
    void origin(Rule rule, FeeTake fee, const std::vector<std::int64_t> &inputs, const std::vector<Input> &outputs,
                std::vector<Spans> &parts);

   private:
    Spans marked_;
    std::vector<std::size_t> order_;
};

}  // namespace amparo::trace
