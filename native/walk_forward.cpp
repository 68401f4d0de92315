// Where claimed satoshis went. See walk.hpp.
#include "walk.hpp"

namespace amparo::trace {

namespace {

constexpr std::uint8_t kOpReturn = 7;  // ScriptKind: can provably never be spent

}  // namespace

ForwardWalk::ForwardWalk(const Chain &chain, Rule rule, FeeTake fee, Stops stops)
    : Walk(chain, rule, fee, std::move(stops), false) {}

void ForwardWalk::settle(std::uint32_t at, std::uint64_t from_tx) {
    const std::uint64_t output = reached.rows[at].output;
    const std::uint32_t spender = chain.spent_by[output];
    const bool arrived = at >= claims_;
    if (arrived) {
        const Stop stop = stop_at(output);
        if (stop != Stop::none) return end(at, State::stopped, stop);
    }
    if (chain.stype[output] == kOpReturn) return end(at, State::destroyed);
    if (spender == kUnspent) {
        const bool dormant = arrived && stops_.dormant >= 0 &&
                             chain.block_time[chain.blocks - 1] - time_of(from_tx) > stops_.dormant;
        return dormant ? end(at, State::stopped, Stop::dormant) : end(at, State::held);
    }
    if (spender >= chain.txs || (arrived && spender <= from_tx)) throw Fault{Fault::damaged, spender};
    Stop stop = stop_before(spender, at);
    if (stop == Stop::none && arrived && stops_.dormant >= 0 && time_of(spender) - time_of(from_tx) > stops_.dormant)
        stop = Stop::dormant;
    if (stop != Stop::none) return end(at, State::stopped, stop);
    wait(spender, at);
}

Walk::Booked ForwardWalk::pass(std::uint32_t tx, const Inputs &in, const Outputs &out) {
    if (ordered()) return pass_ordered(tx, in, out);
    Booked booked;
    if (rule == Rule::poison) {
        for (std::size_t o = out.begin; o < out.end; ++o)
            if (chain.value[o] > 0) arrive(o, chain.value[o], nullptr, group_hop_, tx, booked);
        return booked;
    }
    values_.assign(chain.value + out.begin, chain.value + out.end);
    values_.push_back(static_cast<std::int64_t>(in.value - out.value));
    in_proportion(group_amount_, values_, static_cast<std::int64_t>(in.value), shares_);
    booked.fee = shares_.back();
    for (std::size_t o = out.begin; o < out.end; ++o)
        if (shares_[o - out.begin]) arrive(o, shares_[o - out.begin], nullptr, group_hop_, tx, booked);
    return booked;
}

Walk::Booked ForwardWalk::pass_ordered(std::uint32_t tx, const Inputs &in, const Outputs &out) {
    marked_.clear();
    for (std::size_t i = in.begin; i < in.end; ++i) {
        const std::uint64_t output = chain.prev_out[i];
        if (output == kUnresolved) {
            marked_.push_back({chain.given[i], {}});
            continue;
        }
        const std::uint32_t at = reached_at(output);
        marked_.push_back({chain.value[output], at == kUnspent ? Marked{} : mark_of(at)});
    }
    values_.assign(chain.value + out.begin, chain.value + out.end);
    Booked booked;
    booked.fee = queue_.move(rule, fee_, marked_, values_, parts_);
    for (std::size_t o = out.begin; o < out.end; ++o) {
        const Spans &part = parts_[o - out.begin];
        if (!part.empty()) arrive(o, size_of(part), &part, group_hop_, tx, booked);
    }
    return booked;
}

}  // namespace amparo::trace
