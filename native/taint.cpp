// The taint rules: see taint.hpp. A step is small; what matters is that it is exact.
#include "taint.hpp"

#include <algorithm>
#include <numeric>

namespace amparo::trace {

std::int64_t size_of(const Spans &spans) {
    std::int64_t found = 0;
    for (const Span &each : spans) found += each.second - each.first;
    return found;
}

void join(Spans &spans) {
    std::sort(spans.begin(), spans.end());
    std::size_t kept = 0;
    for (const Span &each : spans) {
        if (each.first >= each.second) continue;
        if (kept && each.first <= spans[kept - 1].second)
            spans[kept - 1].second = std::max(spans[kept - 1].second, each.second);
        else
            spans[kept++] = each;
    }
    spans.resize(kept);
}

std::int64_t share(std::int64_t a, std::int64_t b, std::int64_t whole) {
    const UWide product = static_cast<UWide>(a) * static_cast<UWide>(b);
    if (product >> 64) return static_cast<std::int64_t>(product / static_cast<UWide>(whole));
    return static_cast<std::int64_t>(static_cast<std::uint64_t>(product) / static_cast<std::uint64_t>(whole));
}

namespace {

struct Rest {
    std::int64_t remainder;
    std::size_t number;
};

bool larger(const Rest &a, const Rest &b) {
    return a.remainder != b.remainder ? a.remainder > b.remainder : a.number < b.number;
}

}  // namespace

void in_proportion(std::int64_t amount, const std::vector<std::int64_t> &values, std::int64_t total,
                   std::vector<std::int64_t> &shares) {
    shares.assign(values.size(), 0);
    if (total == 0 || amount == 0) return;
    static thread_local std::vector<Rest> rests;
    rests.clear();
    std::int64_t left = amount;
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::int64_t whole = share(amount, values[i], total);
        const UWide rest = static_cast<UWide>(amount) * static_cast<UWide>(values[i]) -
                           static_cast<UWide>(whole) * static_cast<UWide>(total);
        shares[i] = whole;
        left -= whole;
        if (rest) rests.push_back({static_cast<std::int64_t>(rest), i});
    }
    if (left == 0) return;
    // The remainders sum to left * total and each is under total, so there are more of them than units left.
    const auto end = rests.begin() + std::min<std::ptrdiff_t>(left, static_cast<std::ptrdiff_t>(rests.size()));
    std::partial_sort(rests.begin(), end, rests.end(), larger);
    for (auto each = rests.begin(); each != end; ++each) ++shares[each->number];
}

namespace {

// Take `fee` satoshis out of a queue of `length`; the rest closes up.
void take_fee(Spans &marked, std::int64_t length, std::int64_t fee, FeeTake policy) {
    const std::int64_t left = length - fee;
    for (Span &each : marked) {
        if (policy == FeeTake::first) {
            each = {std::max<std::int64_t>(each.first - fee, 0), std::max<std::int64_t>(each.second - fee, 0)};
        } else if (policy == FeeTake::prorata && length) {
            // The running length P shrinks to floor(P * left / length), so every satoshi is either kept or fee.
            each = {share(each.first, left, length), share(each.second, left, length)};
        } else {
            each = {std::min(each.first, left), std::min(each.second, left)};
        }
    }
    join(marked);
}

// The spans of `marked` within [at, end), counted from `at`, added to `part`; `first` moves on past what is done.
void cut(const Spans &marked, std::size_t &first, std::int64_t at, std::int64_t end, Spans &part) {
    while (first < marked.size() && marked[first].second <= at) ++first;
    for (std::size_t k = first; k < marked.size() && marked[k].first < end; ++k)
        if (end > at) part.emplace_back(std::max(marked[k].first, at) - at, std::min(marked[k].second, end) - at);
}

void turn(Spans &marked, std::int64_t length) {
    for (Span &each : marked) each = {length - each.second, length - each.first};
    std::reverse(marked.begin(), marked.end());
}

}  // namespace

std::int64_t Queue::move(Rule rule, FeeTake fee, const std::vector<Input> &inputs,
                         const std::vector<std::int64_t> &outputs, std::vector<Spans> &parts) {
    marked_.clear();
    std::int64_t length = 0;
    for (const Input &each : inputs) {
        for (std::size_t k = 0; k < each.mark.count; ++k)
            marked_.emplace_back(length + each.mark.spans[k].first, length + each.mark.spans[k].second);
        length += each.value;
    }
    join(marked_);
    const std::int64_t traced = size_of(marked_);
    if (rule == Rule::lifo) turn(marked_, length);
    if (rule == Rule::tiho) marked_.assign(traced ? 1 : 0, Span(0, traced));
    const std::int64_t paid = std::accumulate(outputs.begin(), outputs.end(), std::int64_t{0});
    take_fee(marked_, length, length - paid, fee);

    order_.resize(outputs.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
    if (rule == Rule::tiho)
        std::stable_sort(order_.begin(), order_.end(), [&](std::size_t a, std::size_t b) { return outputs[a] > outputs[b]; });
    if (parts.size() < outputs.size()) parts.resize(outputs.size());
    std::int64_t at = 0, moved = 0;
    std::size_t first = 0;
    for (const std::size_t number : order_) {
        parts[number].clear();
        cut(marked_, first, at, at + outputs[number], parts[number]);
        moved += size_of(parts[number]);
        at += outputs[number];
    }
    return traced - moved;
}

void Queue::origin(Rule rule, FeeTake fee, const std::vector<std::int64_t> &inputs, const std::vector<Input> &outputs,
                   std::vector<Spans> &parts) {
    const std::int64_t length = std::accumulate(inputs.begin(), inputs.end(), std::int64_t{0});
    std::int64_t paid = 0;
    for (const Input &each : outputs) paid += each.value;
    marked_.clear();
    std::int64_t at = fee == FeeTake::first ? length - paid : 0;
    for (const Input &each : outputs) {
        for (std::size_t k = 0; k < each.mark.count; ++k)
            marked_.emplace_back(at + each.mark.spans[k].first, at + each.mark.spans[k].second);
        at += each.value;
    }
    join(marked_);
    if (rule == Rule::lifo) turn(marked_, length);
    if (parts.size() < inputs.size()) parts.resize(inputs.size());
    at = 0;
    std::size_t first = 0;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
        parts[i].clear();
        cut(marked_, first, at, at + inputs[i], parts[i]);
        at += inputs[i];
    }
}

}  // namespace amparo::trace
