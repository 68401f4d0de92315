// Sorted tables of digests: made from records as they come, searched by the leading bits and then by halves.
#include <algorithm>
#include <cstring>

#include "index.hpp"

namespace amparo {
namespace {

// The first eight bytes as a number that sorts as the bytes do; shorter digests count as filled with zeros.
inline std::uint64_t leading(const std::uint8_t *digest, std::size_t octets) {
    std::uint64_t value = 0;
    std::memcpy(&value, digest, octets < 8 ? octets : 8);
    return __builtin_bswap64(value);
}

struct Key {
    std::uint64_t prefix;
    std::uint32_t at;
};

inline std::size_t bucket(const std::uint8_t *digest, std::size_t octets, unsigned bits) {
    return bits ? static_cast<std::size_t>(leading(digest, octets) >> (64 - bits)) : 0;
}

}  // namespace

void sort_records(const std::uint8_t *records, std::size_t count, std::size_t octets, std::uint8_t *digests,
                  std::uint32_t *numbers) {
    const std::size_t width = octets + 4;
    std::vector<Key> keys(count), sorted(count);
    std::vector<std::size_t> begins(65537);
    for (std::size_t i = 0; i < count; ++i) {
        keys[i] = {leading(records + width * i, octets), static_cast<std::uint32_t>(i)};
        ++begins[(keys[i].prefix >> 48) + 1];
    }
    for (std::size_t b = 1; b < begins.size(); ++b) begins[b] += begins[b - 1];
    std::vector<std::size_t> at(begins.begin(), begins.end() - 1);
    for (const Key &key : keys) sorted[at[key.prefix >> 48]++] = key;
    const auto before = [&](const Key &a, const Key &b) {
        if (a.prefix != b.prefix) return a.prefix < b.prefix;
        const int order = std::memcmp(records + width * a.at, records + width * b.at, octets);
        return order != 0 ? order < 0 : a.at < b.at;
    };
    for (std::size_t b = 0; b + 1 < begins.size(); ++b)
        std::sort(sorted.begin() + begins[b], sorted.begin() + begins[b + 1], before);
    for (std::size_t i = 0; i < count; ++i) {
        const std::uint8_t *record = records + width * sorted[i].at;
        std::memcpy(digests + octets * i, record, octets);
        std::memcpy(numbers + i, record + octets, 4);
    }
}

void count_prefixes(const std::uint8_t *rows, std::size_t count, std::size_t octets, unsigned bits,
                    std::uint32_t *counts) {
    for (std::size_t i = 0; i < count; ++i) ++counts[bucket(rows + octets * i, octets, bits)];
}

void find_exact(const std::uint8_t *rows, std::size_t octets, const std::uint32_t *starts, unsigned bits,
                const std::uint8_t *queries, std::size_t query_count, std::uint32_t *ranges) {
    constexpr std::size_t AHEAD = 8;
    for (std::size_t q = 0; q < query_count; ++q) {
        if (q + 2 * AHEAD < query_count)
            __builtin_prefetch(starts + bucket(queries + octets * (q + 2 * AHEAD), octets, bits));
        if (q + AHEAD < query_count) {
            const std::uint32_t *of = starts + bucket(queries + octets * (q + AHEAD), octets, bits);
            __builtin_prefetch(rows + octets * (of[0] + (of[1] - of[0]) / 2));
        }
        const std::uint8_t *query = queries + octets * q;
        const std::size_t at = bucket(query, octets, bits);
        std::size_t low = starts[at], high = starts[at + 1];
        const std::size_t last = high;
        while (low < high) {
            const std::size_t middle = low + (high - low) / 2;
            if (std::memcmp(rows + octets * middle, query, octets) < 0)
                low = middle + 1;
            else
                high = middle;
        }
        while (high < last && std::memcmp(rows + octets * high, query, octets) == 0) ++high;
        ranges[2 * q] = static_cast<std::uint32_t>(low);
        ranges[2 * q + 1] = static_cast<std::uint32_t>(high);
    }
}

}  // namespace amparo
