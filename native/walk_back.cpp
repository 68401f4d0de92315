// Where claimed satoshis came from: the exact inverse of fifo and lifo, shares of the inputs for haircut. See walk.hpp.
#include "walk.hpp"

#include <algorithm>

namespace amparo::trace {

BackwardWalk::BackwardWalk(const Chain &chain, Rule rule, FeeTake fee, Stops stops)
    : Walk(chain, rule, fee, std::move(stops), true) {}

void BackwardWalk::settle(std::uint32_t at, std::uint64_t from_tx) {
    const std::uint64_t output = reached.rows[at].output;
    const bool arrived = at >= claims_;
    if (arrived) {
        const Stop stop = stop_at(output);
        if (stop != Stop::none) return end(at, State::stopped, stop);
    }
    const std::uint64_t *last = chain.first_out + chain.txs + 1;
    const auto maker = static_cast<std::uint64_t>(std::upper_bound(chain.first_out, last, output) - chain.first_out - 1);
    if (maker >= chain.txs || (arrived && maker >= from_tx)) throw Fault{Fault::damaged, maker};
    const auto tx = static_cast<std::uint32_t>(maker);
    if (chain.first_in[tx] == chain.first_in[tx + 1]) return end(at, State::minted);
    Stop stop = stop_before(tx, at);
    if (stop == Stop::none && arrived && stops_.dormant >= 0 && time_of(from_tx) - time_of(tx) > stops_.dormant)
        stop = Stop::dormant;
    if (stop != Stop::none) return end(at, State::stopped, stop);
    wait(tx, at);
}

// Fills shares_ (and parts_, for ordered rules): what each input gave.
void BackwardWalk::origins(const Inputs &in, const Outputs &out) {
    values_.clear();
    for (std::size_t i = in.begin; i < in.end; ++i)
        values_.push_back(chain.prev_out[i] != kUnresolved ? chain.value[chain.prev_out[i]]
                          : chain.given                    ? std::max<std::int64_t>(chain.given[i], 0)
                                                           : 0);
    if (rule == Rule::poison) {
        shares_ = values_;
    } else if (rule == Rule::haircut) {
        in_proportion(group_amount_, values_, static_cast<std::int64_t>(in.value), shares_);
    } else {
        marked_.clear();
        for (std::size_t o = out.begin; o < out.end; ++o) {
            const std::uint32_t at = reached_at(o);
            marked_.push_back({chain.value[o], at == kUnspent ? Marked{} : mark_of(at)});
        }
        queue_.origin(rule, fee_, values_, marked_, parts_);
        shares_.clear();
        for (std::size_t i = 0; i < values_.size(); ++i) shares_.push_back(size_of(parts_[i]));
    }
}

Walk::Booked BackwardWalk::pass(std::uint32_t tx, const Inputs &in, const Outputs &out) {
    origins(in, out);
    Booked booked;
    for (std::size_t i = in.begin; i < in.end; ++i) {
        const std::int64_t amount = shares_[i - in.begin];
        const std::uint64_t output = chain.prev_out[i];
        if (!amount) continue;
        if (output != kUnresolved) {
            arrive(output, amount, ordered() ? &parts_[i - in.begin] : nullptr, group_hop_, tx, booked);
        } else if (conserves()) {  // known by value only: it came from outside of the loaded blocks
            booked.gap += amount;
            totals.gap += amount;
        }
    }
    return booked;
}

}  // namespace amparo::trace
