// What both directions share: the columns, the queue, the stop rules, the books. See walk.hpp.
#include "walk.hpp"

#include <algorithm>

namespace amparo::trace {

namespace {

constexpr std::uint64_t kNoKey = 0xFFFFFFFFFFFFFFFFull;

std::int64_t checked(std::int64_t value, std::uint32_t tx) {
    if (value < 0) throw Fault{Fault::damaged, tx};
    return value;
}

}  // namespace

void StopKeys::fill(const std::uint64_t *keys, const std::uint8_t *stops, std::size_t count) {
    if (!count) return;
    std::size_t size = 16;
    while (size < 2 * count) size *= 2;
    keys_.assign(size, kNoKey);
    stops_.assign(size, 0);
    for (std::size_t k = 0; k < count; ++k) {
        const std::size_t at = place(keys[k]);
        if (keys_[at] == kNoKey) stops_[at] = stops[k];  // the first reason given counts
        keys_[at] = keys[k];
    }
}

std::size_t StopKeys::place(std::uint64_t key) const {
    const std::size_t mask = keys_.size() - 1;
    std::size_t at = (key * 0x9E3779B97F4A7C15ull >> 20) & mask;
    while (keys_[at] != kNoKey && keys_[at] != key) at = (at + 1) & mask;
    return at;
}

Stop StopKeys::find(std::uint64_t key) const {
    const std::size_t at = place(key);
    return keys_[at] == key ? static_cast<Stop>(stops_[at]) : Stop::none;
}

void RisingQueue::push(std::uint32_t key, std::uint32_t what) {
    if (key == last_) return now_.push_back({key, what});
    const std::size_t level = (31 - static_cast<std::size_t>(__builtin_clz(key ^ last_))) / 4;
    const std::uint32_t digit = key >> (4 * level) & 15;
    filled_[level] |= 1u << digit;
    buckets_[16 * level + digit].push_back({key, what});
}

bool RisingQueue::pop(std::uint32_t &key, std::vector<std::uint32_t> &group) {
    if (now_.empty()) {
        std::size_t level = 0;
        while (level < filled_.size() && !filled_[level]) ++level;
        if (level == filled_.size()) return false;
        const auto digit = static_cast<std::size_t>(__builtin_ctz(filled_[level]));
        filled_[level] &= ~(1u << digit);
        std::vector<Entry> &spread = buckets_[16 * level + digit];
        last_ = spread[0].key;
        for (const Entry &each : spread) last_ = std::min(last_, each.key);
        for (const Entry &each : spread) push(each.key, each.what);  // all of them go to lower levels
        spread.clear();
    }
    key = last_;
    group.clear();
    for (const Entry &each : now_) group.push_back(each.what);
    now_.clear();
    return true;
}

Walk::Walk(const Chain &chain, Rule rule, FeeTake fee, Stops stops, bool backward)
    : chain(chain), rule(rule), fee_(fee), stops_(std::move(stops)), backward_(backward) {}

Walk::Inputs Walk::inputs_of(std::uint32_t tx) const {
    Inputs found;
    found.begin = chain.first_in[tx];
    found.end = chain.first_in[tx + 1];
    if (found.begin > found.end || found.end > chain.inputs) throw Fault{Fault::damaged, tx};
    for (std::size_t i = found.begin; i < found.end; ++i) {
        const std::uint64_t output = chain.prev_out[i];
        if (output < chain.outputs)
            found.value += checked(chain.value[output], tx);
        else if (output != kUnresolved)
            throw Fault{Fault::damaged, tx};
        else if (chain.given && chain.given[i] >= 0)
            found.value += chain.given[i];
        else
            ++found.unresolved;
    }
    if (found.value > INT64_MAX) throw Fault{Fault::too_large, tx};
    return found;
}

Walk::Outputs Walk::outputs_of(std::uint32_t tx) const {
    Outputs found;
    found.begin = chain.first_out[tx];
    found.end = chain.first_out[tx + 1];
    if (found.begin > found.end || found.end > chain.outputs) throw Fault{Fault::damaged, tx};
    for (std::size_t o = found.begin; o < found.end; ++o) {
        found.value += checked(chain.value[o], tx);
    }
    return found;
}

std::int64_t Walk::time_of(std::uint64_t tx) const {
    const std::uint64_t *end = chain.first_tx + chain.blocks;
    const auto block = std::upper_bound(chain.first_tx, end, tx) - chain.first_tx - 1;
    return block < 0 ? 0 : chain.block_time[block];
}

Stop Walk::stop_at(std::uint64_t output) const {
    if (!stops_.keys && !stops_.addr_stop) return Stop::none;
    const std::uint64_t key = chain.addr ? chain.addr[output] : output;
    if (chain.addr && key == kUnspent) return Stop::none;
    if (stops_.keys && !stops_.keys->empty()) {
        const Stop found = stops_.keys->find(key);
        if (found != Stop::none) return found;
    }
    return stops_.addr_stop && key < stops_.addresses && stops_.addr_stop[key] ? Stop::cluster : Stop::none;
}

bool Walk::mixer(std::uint32_t tx) const {
    if (stops_.mixer_bits) return stops_.mixer_bits[tx] != 0;
    return std::binary_search(stops_.mixers, stops_.mixers + stops_.mixer_count, std::uint64_t{tx});
}

Stop Walk::stop_before(std::uint32_t tx, std::uint32_t at) const {
    if (stops_.max_hops >= 0 && reached.rows[at].hop >= stops_.max_hops) return Stop::hops;
    if (stops_.floor >= 0 && reached.rows[at].amount < stops_.floor) return Stop::floor;
    if (tx < stops_.first_tx || tx >= stops_.end_tx) return Stop::height;
    if (stops_.first_time != INT64_MIN || stops_.last_time != INT64_MAX) {
        const std::int64_t time = time_of(tx);
        if (time < stops_.first_time || time > stops_.last_time) return Stop::date;
    }
    return mixer(tx) ? Stop::mixer : Stop::none;
}

void Walk::wait(std::uint32_t tx, std::uint32_t at) {
    reached.rows[at].state = static_cast<std::uint8_t>(State::waiting);
    // Its rows will be wanted: have them brought while others are worked on, first where they are, then they themselves.
    __builtin_prefetch(chain.first_in + tx);
    __builtin_prefetch(chain.first_out + tx);
    std::uint32_t &slot = soon_[turn_++ % soon_.size()];
    const std::uint64_t in = chain.first_in[slot], out = chain.first_out[slot];
    slot = tx;
    if (in < chain.inputs) __builtin_prefetch(chain.prev_out + in);
    if (out < chain.outputs) {
        __builtin_prefetch(chain.value + out);
        __builtin_prefetch(chain.spent_by + out);
        __builtin_prefetch(chain.stype + out);
    }
    waiting_.push(backward_ ? ~tx : tx, at);
}

void Walk::end(std::uint32_t at, State state, Stop stop) {
    reached.rows[at].state = static_cast<std::uint8_t>(state);
    reached.rows[at].stop = static_cast<std::uint8_t>(stop);
}

std::uint32_t Walk::add(std::uint64_t output, std::int64_t amount, std::uint32_t hop) {
    if (reached.rows.size() >= kUnspent) throw Fault{Fault::too_large, 0};
    reached.rows.push_back({output, amount, hop, 0, 0, 0});
    if (ordered()) {
        reached.spans_at.push_back(0);
        reached.span_count.push_back(0);
    }
    return static_cast<std::uint32_t>(reached.rows.size() - 1);
}

void Walk::mark(std::uint32_t at, const Span *spans, std::size_t count) {
    reached.spans_at[at] = reached.spans.size();
    reached.span_count[at] = static_cast<std::uint32_t>(count);
    reached.spans.insert(reached.spans.end(), spans, spans + count);
}

Marked Walk::mark_of(std::uint32_t at) const {
    return {reached.spans.data() + reached.spans_at[at], reached.span_count[at]};
}

std::size_t Walk::claimed(std::uint64_t output) {
    const ReachRow *claims = reached.rows.data();
    if (!backward_) {  // outputs come rising
        while (next_claim_ < claims_ && claims[next_claim_].output < output) ++next_claim_;
        return next_claim_ < claims_ && claims[next_claim_].output == output ? next_claim_ : claims_;
    }
    const ReachRow *found = std::lower_bound(claims, claims + claims_, output,
                                             [](const ReachRow &row, std::uint64_t o) { return row.output < o; });
    return found != claims + claims_ && found->output == output ? static_cast<std::size_t>(found - claims) : claims_;
}

std::uint32_t Walk::reached_at(std::uint64_t output) const {
    // group_ is sorted by output, see step().
    const auto found = std::lower_bound(group_.begin(), group_.end(), output, [this](std::uint32_t at, std::uint64_t o) {
        return reached.rows[at].output < o;
    });
    return found != group_.end() && reached.rows[*found].output == output ? *found : kUnspent;
}

void Walk::arrive(std::uint64_t output, std::int64_t amount, const Spans *spans, std::uint32_t hop,
                  std::uint64_t from_tx, Booked &booked) {
    const std::size_t claim = claimed(output);
    if (claim == claims_) {
        const std::uint32_t at = add(output, amount, hop);
        if (spans) mark(at, spans->data(), spans->size());
        booked.moved += amount;
        settle(at, from_tx);
        return;
    }
    const auto at = static_cast<std::uint32_t>(claim);
    std::int64_t twice = 0;
    if (rule == Rule::haircut) {
        if (reached.claim[at] != chain.value[output]) throw Fault{Fault::ambiguous, output};
        twice = amount;
    } else if (spans) {
        const Marked held = mark_of(at);
        union_.assign(held.spans, held.spans + held.count);
        union_.insert(union_.end(), spans->begin(), spans->end());
        join(union_);
        const std::int64_t both = size_of(union_);
        twice = reached.rows[at].amount + amount - both;
        reached.rows[at].amount = both;
        mark(at, union_.data(), union_.size());
    }
    reached.absorbed[at] += twice;
    booked.absorbed += twice;
    booked.moved += amount - twice;
}

void Walk::seed(const std::uint64_t *outputs, const std::int64_t *amounts, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) {
        const std::uint64_t output = outputs[k];
        if (output >= chain.outputs || (k && output <= outputs[k - 1])) throw Fault{Fault::damaged, 0};
        const std::int64_t amount = std::min(amounts[k], chain.value[output]);
        const std::uint32_t at = add(output, rule == Rule::poison ? chain.value[output] : amount, 0);
        const Span whole(0, amount);
        if (ordered()) mark(at, &whole, amount > 0);
        reached.claim.push_back(amounts[k]);
        reached.absorbed.push_back(0);
        totals.claims += amounts[k];
    }
    claims_ = count;
    for (std::size_t k = 0; k < count; ++k) settle(static_cast<std::uint32_t>(k), kUnresolved);
}

bool Walk::advance(std::uint64_t limit) {
    std::uint32_t key;
    for (std::uint64_t done = 0; done < limit; ++done) {
        if (!waiting_.pop(key, group_)) return true;
        step(backward_ ? ~key : key);
    }
    return false;
}

void Walk::step(std::uint32_t tx) {
    if (steps.size() >= stops_.max_steps) {
        for (const std::uint32_t at : group_) end(at, State::stopped, Stop::budget);
        return;
    }
    if (group_.size() > 1)
        std::sort(group_.begin(), group_.end(),
                  [this](std::uint32_t a, std::uint32_t b) { return reached.rows[a].output < reached.rows[b].output; });
    const Inputs in = inputs_of(tx);
    group_hop_ = kUnspent;
    Wide tainted = 0;
    for (const std::uint32_t at : group_) {
        group_hop_ = std::min(group_hop_, reached.rows[at].hop);
        tainted += reached.rows[at].amount;
    }
    group_hop_ += 1;
    if (tainted > INT64_MAX) throw Fault{Fault::too_large, tx};
    group_amount_ = static_cast<std::int64_t>(tainted);
    Booked booked;
    if (in.unresolved && conserves()) {
        for (const std::uint32_t at : group_) end(at, State::gap);
        totals.gap += group_amount_;
        booked.gap = group_amount_;
    } else {
        const Outputs out = outputs_of(tx);
        if (!in.unresolved && in.value < out.value) throw Fault{Fault::value_created, tx};
        booked = pass(tx, in, out);
        for (const std::uint32_t at : group_) end(at, State::spent);
    }
    steps.push_back({group_amount_, booked.moved, booked.fee, booked.absorbed, booked.gap, tx, group_hop_,
                     static_cast<std::uint32_t>(in.unresolved), 0});
    totals.fee += booked.fee;
}

void Walk::close() {
    for (const ReachRow &row : reached.rows) {
        const Wide amount = row.amount;
        if (row.stop) totals.stopped[row.stop] += amount;
        const auto state = static_cast<State>(row.state);
        if (state == State::held) totals.held += amount;
        if (state == State::destroyed) totals.destroyed += amount;
        if (state == State::minted) totals.minted += amount;
    }
    for (const std::int64_t each : reached.absorbed) totals.absorbed += each;
    Wide found = totals.held + totals.fee + totals.absorbed + totals.destroyed + totals.gap + totals.minted;
    for (const Wide each : totals.stopped) found += each;
    if (conserves() && found != totals.claims) throw Fault{Fault::not_conserved, 0};
}

}  // namespace amparo::trace
