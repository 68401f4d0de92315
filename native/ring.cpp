// Exact search for near 256-bit hashes by the pigeonring, and the flat scan that takes over where it does not pay.
//
// If two hashes differ in at most T bits, then some chunk c differs in at most T/16 bits, and chunks c and c+1
// together in at most 2T/16 (Qin and Xiao, "Pigeonring", VLDB 2018). So: look into the buckets of every value within
// T/16 bits of the query's chunk, keep those whose next chunk is near enough too, and compare the whole hash of the
// few that are left. A hash is reported at the first chunk that finds it, so that each comes once.
#include <algorithm>
#include <cstring>
#include <memory>
#include <stdexcept>

#include "cpu.hpp"
#include "index.hpp"
#include "kernels.hpp"

#if AMPARO_X86
#include <immintrin.h>
#endif

namespace amparo {
namespace {

constexpr std::uint64_t LANES = 0x0001000100010001u;  // one in each of four 16-bit lanes
constexpr std::uint64_t TOPS = LANES << 15;
constexpr std::size_t BLOCK = 4096;                   // survivors held at once

inline std::uint16_t chunk_of(const std::uint8_t *row, unsigned chunk) {
    std::uint16_t value;
    std::memcpy(&value, row + 2 * chunk, 2);
    return value;
}

// Bits set in each 16-bit lane (Hacker's Delight, 5-1).
inline std::uint64_t lane_bits(std::uint64_t x) {
    x -= (x >> 1) & 0x5555555555555555u;
    x = (x & 0x3333333333333333u) + ((x >> 2) & 0x3333333333333333u);
    x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu;
    return (x + (x >> 8)) & 0x00ff00ff00ff00ffu;
}

// ------------------------------------------------------------------------------------------------ collecting hits

// Keeps the nearest `cap` hits a query without holding many more than that.
class Collector {
public:
    Collector(std::size_t queries, std::size_t cap) : cap_(cap), cut_(queries, 0), begins_(queries + 1) {}

    void add(std::uint32_t query, std::uint32_t entry, std::uint32_t distance) {
        hits_.push_back({query, entry, distance});
        if (hits_.size() >= limit_ && cap_) group();
    }

    Hits finish() {
        group();
        Hits found;
        for (std::size_t q = 0; q + 1 < begins_.size(); ++q) {
            std::sort(hits_.begin() + begins_[q], hits_.begin() + begins_[q + 1], nearer);
            if (cut_[q]) found.cut.push_back(static_cast<std::uint32_t>(q));
        }
        found.rows = std::move(hits_);
        return found;
    }

private:
    static bool nearer(const Hit &a, const Hit &b) {
        return a.distance != b.distance ? a.distance < b.distance : a.entry < b.entry;
    }

    // Sorts the hits by query and drops what is beyond the cap.
    void group() {
        std::fill(begins_.begin(), begins_.end(), 0);
        for (const Hit &hit : hits_) ++begins_[hit.query + 1];
        for (std::size_t q = 1; q < begins_.size(); ++q) begins_[q] += begins_[q - 1];
        std::vector<Hit> sorted(hits_.size());
        std::vector<std::size_t> at(begins_.begin(), begins_.end() - 1);
        for (const Hit &hit : hits_) sorted[at[hit.query]++] = hit;
        std::size_t kept = 0;
        for (std::size_t q = 0; q + 1 < begins_.size(); ++q) {
            const auto first = sorted.begin() + begins_[q];
            std::size_t size = begins_[q + 1] - begins_[q];
            if (cap_ && size > cap_) {
                std::nth_element(first, first + cap_, first + size, nearer);
                size = cap_;
                cut_[q] = 1;
            }
            begins_[q] = kept;
            kept = std::copy(first, first + size, hits_.begin() + kept) - hits_.begin();
        }
        begins_.back() = kept;
        hits_.resize(kept);
        limit_ = std::max(FEW, 2 * kept);
    }

    static constexpr std::size_t FEW = std::size_t{1} << 21;
    std::size_t cap_, limit_ = FEW;
    std::vector<Hit> hits_;
    std::vector<char> cut_;
    std::vector<std::size_t> begins_;
};

// ---------------------------------------------------------------------------------------- filtering one run

// Writes the numbers first + k of those k < size with at most `limit` bits between next[k] and value. May read 64
// bytes beyond the run, which the padding of a row allows. Returns how many it wrote.
using Filter = std::size_t (*)(const std::uint16_t *next, std::size_t size, std::uint16_t value, int limit,
                               std::uint32_t first, std::uint32_t *out);

std::size_t filter_baseline(const std::uint16_t *next, std::size_t size, std::uint16_t value, int limit,
                            std::uint32_t first, std::uint32_t *out) {
    const std::uint64_t wanted = value * LANES;
    const std::uint64_t lift = static_cast<std::uint64_t>(0x7fff - limit) * LANES;  // a lane over the limit sets its top
    std::size_t found = 0;
    for (std::size_t k = 0; k < size; k += 4) {
        std::uint64_t four;
        std::memcpy(&four, next + k, 8);
        std::uint64_t within = ~(lane_bits(four ^ wanted) + lift) & TOPS;
        for (; within; within &= within - 1) {
            const std::size_t at = k + static_cast<unsigned>(__builtin_ctzll(within)) / 16;
            if (at < size) out[found++] = first + static_cast<std::uint32_t>(at);
        }
    }
    return found;
}

#if AMPARO_X86
AMPARO_AVX2 std::size_t filter_avx2(const std::uint16_t *next, std::size_t size, std::uint16_t value, int limit,
                                    std::uint32_t first, std::uint32_t *out) {
    const __m256i table = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4,
                                           0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(15);
    const __m256i ones = _mm256_set1_epi8(1);
    const __m256i wanted = _mm256_set1_epi16(static_cast<short>(value));
    const __m256i over = _mm256_set1_epi16(static_cast<short>(limit + 1));
    std::size_t found = 0;
    for (std::size_t k = 0; k < size; k += 16) {
        const __m256i x = _mm256_xor_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(next + k)), wanted);
        const __m256i low = _mm256_shuffle_epi8(table, _mm256_and_si256(x, nibble));
        const __m256i high = _mm256_shuffle_epi8(table, _mm256_and_si256(_mm256_srli_epi16(x, 4), nibble));
        const __m256i bits = _mm256_maddubs_epi16(_mm256_add_epi8(low, high), ones);
        unsigned within = static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpgt_epi16(over, bits)));
        if (!within) continue;
        within &= 0x55555555u;
        if (size - k < 16) within &= (1u << (2 * (size - k))) - 1;
        for (; within; within &= within - 1)
            out[found++] = first + static_cast<std::uint32_t>(k) + static_cast<unsigned>(__builtin_ctz(within)) / 2;
    }
    return found;
}

AMPARO_AVX512 std::size_t filter_avx512(const std::uint16_t *next, std::size_t size, std::uint16_t value, int limit,
                                        std::uint32_t first, std::uint32_t *out) {
    const __m512i wanted = _mm512_set1_epi16(static_cast<short>(value));
    const __m512i most = _mm512_set1_epi16(static_cast<short>(limit));
    std::size_t found = 0;
    for (std::size_t k = 0; k < size; k += 32) {
        const __m512i x = _mm512_xor_si512(_mm512_loadu_si512(next + k), wanted);
        std::uint32_t within = _mm512_cmple_epu16_mask(_mm512_popcnt_epi16(x), most);
        if (!within) continue;
        if (size - k < 32) within &= (1u << (size - k)) - 1;
        for (; within; within &= within - 1)
            out[found++] = first + static_cast<std::uint32_t>(k) + static_cast<unsigned>(__builtin_ctz(within));
    }
    return found;
}
#endif

Filter filter_of(Cpu path) {
#if AMPARO_X86
    if (path == Cpu::avx512) return filter_avx512;
    if (path == Cpu::avx2) return filter_avx2;
#endif
    (void)path;
    return filter_baseline;
}

// ------------------------------------------------------------------------------------------- comparing whole hashes

struct Verdict {
    unsigned distance;
    unsigned first_chunk;  // the chunk that reports this pair: the first that passes both tests
};

// Which values to probe, and how near the next chunk must be for each.
struct Plan {
    explicit Plan(unsigned threshold) : single(threshold / 16), pair(2 * threshold / 16), threshold(threshold) {
        masks.push_back(0);
        for (unsigned a = 0; single >= 1 && a < 16; ++a) masks.push_back(static_cast<std::uint16_t>(1u << a));
        for (unsigned a = 0; single >= 2 && a < 16; ++a)
            for (unsigned b = 0; b < a; ++b) masks.push_back(static_cast<std::uint16_t>(1u << a | 1u << b));
    }
    int limit(std::size_t mask) const { return static_cast<int>(pair) - (mask ? mask <= 16 ? 1 : 2 : 0); }

    unsigned single, pair, threshold;
    std::vector<std::uint16_t> masks;
};

inline Verdict compare(const std::uint8_t *row, const std::uint8_t *query, const Plan &plan) {
    std::uint64_t a[4], b[4], bits[4];
    std::memcpy(a, row, 32);
    std::memcpy(b, query, 32);
    std::uint64_t sum = 0;
    for (int w = 0; w < 4; ++w) sum += bits[w] = lane_bits(a[w] ^ b[w]);
    Verdict verdict{static_cast<unsigned>((sum * LANES) >> 48), RING_CHUNKS};
    if (verdict.distance > plan.threshold) return verdict;
    for (int w = 0; w < 4; ++w) {
        const std::uint64_t both = bits[w] + ((bits[w] >> 16) | (bits[(w + 1) % 4] << 48));
        const std::uint64_t over = (bits[w] + (0x7fff - plan.single) * LANES) | (both + (0x7fff - plan.pair) * LANES);
        if (const std::uint64_t within = ~over & TOPS) {
            verdict.first_chunk = 4 * w + static_cast<unsigned>(__builtin_ctzll(within)) / 16;
            break;
        }
    }
    return verdict;
}

// -------------------------------------------------------------------------------------------------- the search

struct Run {
    std::uint32_t begin, end;
};

// One (query, chunk) on its way through the stages.
struct Step {
    std::uint32_t query;
    unsigned chunk;
    std::uint16_t value, next;
    Run runs[137];
    std::vector<std::uint32_t> left;  // numbers within the chunk's lists, later rows
};

class Search {
public:
    Search(const NearColumn &column, const Ring &ring, const std::uint8_t *queries, std::size_t count, unsigned threshold,
           Collector &found)
        : column_(column), ring_(ring), queries_(queries), count_(count), plan_(threshold), found_(found),
          filter_(filter_of(cpu())) {}

    // Queries for which a scan of all rows is the quicker way, by the exact number of candidates.
    std::vector<std::uint32_t> too_heavy() const {
        std::vector<std::uint32_t> heavy;
        if (RING_CHUNKS * plan_.masks.size() * ring_.heaviest <= ring_.distinct / 4) return heavy;
        for (std::size_t q = 0; q < count_; ++q)
            if (candidates(queries_ + 32 * q) > ring_.distinct / 4) heavy.push_back(static_cast<std::uint32_t>(q));
        return heavy;
    }

    // A chunk at a time over queries sorted by their value, so that neighbours read the same runs; while one step
    // filters, the next ones' memory is already on its way.
    void run(const std::vector<std::uint32_t> &wanted) {
        const std::size_t total = wanted.size() * RING_CHUNKS;
        std::vector<std::uint32_t> order;
        for (std::size_t at = 0; at < total + 5; ++at) {
            if (at < total) {
                if (at % wanted.size() == 0) order = by_value(wanted, static_cast<unsigned>(at / wanted.size()));
                begin(step(at), order[at % wanted.size()], static_cast<unsigned>(at / wanted.size()));
            }
            if (at >= 1 && at - 1 < total) locate(step(at - 1));
            if (at >= 3 && at - 3 < total) filter(step(at - 3));
            if (at >= 4 && at - 4 < total) fetch(step(at - 4));
            if (at >= 5) verify(step(at - 5));
        }
    }

private:
    Step &step(std::size_t at) { return steps_[at % 8]; }

    const std::uint32_t *offsets(unsigned chunk) const { return ring_.offsets + chunk * (RING_BUCKETS + 1); }

    std::size_t candidates(const std::uint8_t *query) const {
        std::size_t sum = 0;
        for (unsigned c = 0; c < RING_CHUNKS; ++c) {
            const std::uint16_t value = chunk_of(query, c);
            for (std::uint16_t mask : plan_.masks)
                sum += offsets(c)[(value ^ mask) + 1] - offsets(c)[value ^ mask];
        }
        return sum;
    }

    std::vector<std::uint32_t> by_value(const std::vector<std::uint32_t> &wanted, unsigned chunk) const {
        if (wanted.size() < 256) return wanted;
        std::vector<std::uint32_t> at(RING_BUCKETS + 1), order(wanted.size());
        for (std::uint32_t q : wanted) ++at[chunk_of(queries_ + 32 * std::size_t{q}, chunk) + 1];
        for (std::size_t v = 1; v <= RING_BUCKETS; ++v) at[v] += at[v - 1];
        for (std::uint32_t q : wanted) order[at[chunk_of(queries_ + 32 * std::size_t{q}, chunk)]++] = q;
        return order;
    }

    void begin(Step &step, std::uint32_t query, unsigned chunk) const {
        const std::uint8_t *row = queries_ + 32 * std::size_t{query};
        step.query = query;
        step.chunk = chunk;
        step.value = chunk_of(row, chunk);
        step.next = chunk_of(row, (chunk + 1) % RING_CHUNKS);
        step.left.clear();
        // Values that differ in bits 0 to 3 lie in the same line or the one beside it.
        __builtin_prefetch(offsets(chunk) + (step.value & ~15));
        __builtin_prefetch(offsets(chunk) + (step.value | 15) + 1);
        for (std::size_t m = 5; m < plan_.masks.size(); ++m)
            __builtin_prefetch(offsets(chunk) + (step.value ^ plan_.masks[m]));
    }

    void locate(Step &step) const {
        const std::uint32_t *starts = offsets(step.chunk);
        const std::uint16_t *next = ring_.next + step.chunk * ring_.stride;
        for (std::size_t m = 0; m < plan_.masks.size(); ++m) {
            const std::size_t value = step.value ^ plan_.masks[m];
            const Run run{starts[value], starts[value + 1]};
            step.runs[m] = run;
            const char *line = reinterpret_cast<const char *>(next + run.begin);
            const char *end = reinterpret_cast<const char *>(next + std::min(run.end, run.begin + 256));
            for (; line < end + 62; line += 64) __builtin_prefetch(line);
        }
    }

    void filter(Step &step) {
        const std::uint16_t *next = ring_.next + step.chunk * ring_.stride;
        std::size_t used = 0;
        for (std::size_t m = 0; m < plan_.masks.size(); ++m) {
            for (std::uint32_t from = step.runs[m].begin; from < step.runs[m].end;) {
                const std::uint32_t size = std::min<std::uint32_t>(step.runs[m].end - from, BLOCK);
                step.left.resize(used + size);
                used += filter_(next + from, size, step.next, plan_.limit(m), from, step.left.data() + used);
                from += size;
                if (used >= BLOCK) {  // a crowded bucket: finish these now, memory stays bounded
                    step.left.resize(used);
                    fetch(step);
                    verify(step);
                    step.left.clear();
                    used = 0;
                }
            }
        }
        step.left.resize(used);
        const std::uint32_t *positions = ring_.positions + step.chunk * ring_.distinct;
        for (std::uint32_t k : step.left) __builtin_prefetch(positions + k);
    }

    void fetch(Step &step) const {
        const std::uint32_t *positions = ring_.positions + step.chunk * ring_.distinct;
        for (std::uint32_t &k : step.left) {
            k = positions[k];
            if (k >= column_.count) throw std::out_of_range("the ring points beyond the last hash");
            __builtin_prefetch(column_.rows + 32 * std::size_t{k});
        }
    }

    void verify(Step &step) {
        const std::uint8_t *query = queries_ + 32 * std::size_t{step.query};
        for (std::uint32_t position : step.left) {
            const std::uint8_t *row = column_.rows + 32 * std::size_t{position};
            const Verdict verdict = compare(row, query, plan_);
            if (verdict.distance > plan_.threshold || verdict.first_chunk != step.chunk) continue;
            std::size_t at = position;
            do {
                found_.add(step.query, column_.entries[at], verdict.distance);
            } while (++at < column_.count && std::memcmp(column_.rows + 32 * at, row, 32) == 0);
        }
    }

    const NearColumn &column_;
    const Ring &ring_;
    const std::uint8_t *queries_;
    std::size_t count_;
    Plan plan_;
    Collector &found_;
    Filter filter_;
    Step steps_[8];
};

// Every row against every wanted query, a block of rows and of queries at a time.
void search_flat(const NearColumn &column, const std::uint8_t *queries, const std::vector<std::uint32_t> &wanted,
                 unsigned threshold, Collector &found) {
    constexpr std::size_t ROWS = 8192, QUERIES = 256;
    for (std::size_t first = 0; first < wanted.size(); first += QUERIES) {
        const std::size_t many = std::min(QUERIES, wanted.size() - first);
        std::vector<std::uint8_t> some(32 * many);
        for (std::size_t q = 0; q < many; ++q)
            std::memcpy(some.data() + 32 * q, queries + 32 * std::size_t{wanted[first + q]}, 32);
        for (std::size_t row = 0; row < column.count; row += ROWS) {
            const std::size_t size = std::min(ROWS, column.count - row);
            for (const Near &near : hamming(column.rows + 32 * row, size, some.data(), many, threshold))
                found.add(wanted[first + near.query], column.entries[row + near.position], near.distance);
        }
    }
}

}  // namespace

Hits search_near(const NearColumn &column, const Ring *ring, const std::uint8_t *queries, std::size_t query_count,
                 unsigned threshold, std::size_t cap) {
    Collector found(query_count, cap);
    std::vector<std::uint32_t> flat, ringed;
    if (ring && threshold <= RING_MAX_THRESHOLD) {
        Search search(column, *ring, queries, query_count, threshold, found);
        flat = search.too_heavy();
        for (std::size_t q = 0, heavy = 0; q < query_count; ++q) {
            if (heavy < flat.size() && flat[heavy] == q)
                ++heavy;
            else
                ringed.push_back(static_cast<std::uint32_t>(q));
        }
        if (!ringed.empty()) search.run(ringed);
    } else {
        for (std::size_t q = 0; q < query_count; ++q) flat.push_back(static_cast<std::uint32_t>(q));
    }
    search_flat(column, queries, flat, threshold, found);
    return found.finish();
}

// Rows go into 256 parts by the upper byte of their chunk, then each part, small enough for the cache, into its
// buckets: twice the writes, but none of them far from the last.
std::size_t ring_chunk(const std::uint8_t *rows, std::size_t count, unsigned chunk, std::uint32_t *offsets,
                       std::uint32_t *positions, std::uint16_t *next) {
    struct Placed {
        std::uint32_t position;
        std::uint16_t value, next;
    };
    const auto repeats = [&](std::size_t i) { return i && std::memcmp(rows + 32 * i, rows + 32 * (i - 1), 32) == 0; };
    std::fill(offsets, offsets + RING_BUCKETS + 1, 0);
    for (std::size_t i = 0; i < count; ++i)
        if (!repeats(i)) ++offsets[chunk_of(rows + 32 * i, chunk) + 1];
    for (std::size_t v = 1; v <= RING_BUCKETS; ++v) offsets[v] += offsets[v - 1];
    const std::unique_ptr<Placed[]> parts(new Placed[offsets[RING_BUCKETS]]);
    std::uint32_t part[256];
    for (unsigned upper = 0; upper < 256; ++upper) part[upper] = offsets[upper << 8];
    for (std::size_t i = 0; i < count; ++i) {
        if (repeats(i)) continue;
        const std::uint16_t value = chunk_of(rows + 32 * i, chunk);
        parts[part[value >> 8]++] = {static_cast<std::uint32_t>(i), value,
                                     chunk_of(rows + 32 * i, (chunk + 1) % RING_CHUNKS)};
    }
    std::vector<std::uint32_t> at(offsets, offsets + RING_BUCKETS);
    for (std::size_t i = 0; i < offsets[RING_BUCKETS]; ++i) {
        const std::uint32_t to = at[parts[i].value]++;
        positions[to] = parts[i].position;
        next[to] = parts[i].next;
    }
    return offsets[RING_BUCKETS];
}

std::size_t check_ring(const std::uint32_t *offsets, std::size_t distinct) {
    std::size_t heaviest = 0;
    for (unsigned c = 0; c < RING_CHUNKS; ++c) {
        const std::uint32_t *of = offsets + c * (RING_BUCKETS + 1);
        bool rises = of[0] == 0 && of[RING_BUCKETS] == distinct;
        for (std::size_t v = 0; v < RING_BUCKETS; ++v) {
            rises = rises && of[v] <= of[v + 1];
            heaviest = std::max<std::size_t>(heaviest, of[v + 1] - of[v]);
        }
        if (!rises) throw std::out_of_range("its numbers do not rise as they must");
    }
    return heaviest;
}

}  // namespace amparo
