// Flat scan for near 256-bit hashes: every row of the bank against a few queries, in one pass over the bank.
#include <cstring>

#include "cpu.hpp"
#include "kernels.hpp"

#if AMPARO_X86
#include <immintrin.h>
#endif

namespace amparo {
namespace {

struct Words {
    std::uint64_t part[4];
};

Words load(const std::uint8_t *row) {
    Words words;
    std::memcpy(words.part, row, 32);
    return words;
}

// Bits set, by the classic sums over ever wider fields (Hacker's Delight, 5-1); needs no special instruction.
unsigned bits_plain(std::uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return static_cast<unsigned>((x * 0x0101010101010101u) >> 56);
}

using Found = std::vector<Near>;

inline void keep(Found &found, std::size_t query, std::size_t position, unsigned distance, unsigned threshold) {
    if (distance <= threshold)
        found.push_back({static_cast<std::uint32_t>(query), static_cast<std::uint32_t>(position), distance});
}

void scan_baseline(const std::uint8_t *bank, std::size_t n, const std::vector<Words> &queries, unsigned limit, Found &out) {
    for (std::size_t i = 0; i < n; ++i) {
        const Words row = load(bank + 32 * i);
        for (std::size_t q = 0; q < queries.size(); ++q) {
            unsigned distance = 0;
            for (int k = 0; k < 4; ++k) distance += bits_plain(row.part[k] ^ queries[q].part[k]);
            keep(out, q, i, distance, limit);
        }
    }
}

#if AMPARO_X86
AMPARO_AVX2 void scan_avx2(const std::uint8_t *bank, std::size_t n, const std::vector<Words> &queries, unsigned limit,
                           Found &out) {
    for (std::size_t i = 0; i < n; ++i) {
        Words row;
        std::memcpy(row.part, bank + 32 * i, 32);
        for (std::size_t q = 0; q < queries.size(); ++q) {
            const std::uint64_t *w = queries[q].part;
            const long long distance = _mm_popcnt_u64(row.part[0] ^ w[0]) + _mm_popcnt_u64(row.part[1] ^ w[1]) +
                                       _mm_popcnt_u64(row.part[2] ^ w[2]) + _mm_popcnt_u64(row.part[3] ^ w[3]);
            if (static_cast<unsigned>(distance) <= limit)
                out.push_back({static_cast<std::uint32_t>(q), static_cast<std::uint32_t>(i),
                               static_cast<std::uint32_t>(distance)});
        }
    }
}

AMPARO_AVX512 void scan_avx512(const std::uint8_t *bank, std::size_t n, const std::vector<Words> &queries,
                               unsigned limit, Found &out) {
    for (std::size_t i = 0; i < n; ++i) {
        const __m256i row = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(bank + 32 * i));
        for (std::size_t q = 0; q < queries.size(); ++q) {
            const __m256i query = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(queries[q].part));
            const __m256i counts = _mm256_popcnt_epi64(_mm256_xor_si256(row, query));
            const __m128i pair = _mm_add_epi64(_mm256_castsi256_si128(counts), _mm256_extracti128_si256(counts, 1));
            const unsigned distance =
                static_cast<unsigned>(_mm_cvtsi128_si64(pair)) + static_cast<unsigned>(_mm_extract_epi64(pair, 1));
            if (distance <= limit)
                out.push_back({static_cast<std::uint32_t>(q), static_cast<std::uint32_t>(i), distance});
        }
    }
}
#endif

}  // namespace

std::vector<Near> hamming(const std::uint8_t *bank, std::size_t bank_size, const std::uint8_t *queries,
                          std::size_t query_count, unsigned threshold) {
    std::vector<Words> words;
    for (std::size_t q = 0; q < query_count; ++q) words.push_back(load(queries + 32 * q));
    Found found;
#if AMPARO_X86
    if (cpu() == Cpu::avx512) {
        scan_avx512(bank, bank_size, words, threshold, found);
        return found;
    }
    if (cpu() == Cpu::avx2) {
        scan_avx2(bank, bank_size, words, threshold, found);
        return found;
    }
#endif
    scan_baseline(bank, bank_size, words, threshold, found);
    return found;
}

}  // namespace amparo
