#include "sha256.hpp"

#include <algorithm>
#include <cstring>

#include "cpu.hpp"

#if AMPARO_X86
#include <cpuid.h>
#include <immintrin.h>
#define AMPARO_SHA __attribute__((target("sha,sse4.1,ssse3")))
#endif

namespace amparo {
namespace {

alignas(16) constexpr std::uint32_t K[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

constexpr std::uint32_t START[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                    0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

std::uint32_t turn(std::uint32_t word, int by) { return (word >> by) | (word << (32 - by)); }

std::uint32_t big(const std::uint8_t *at) {
    return std::uint32_t{at[0]} << 24 | std::uint32_t{at[1]} << 16 | std::uint32_t{at[2]} << 8 | at[3];
}

void put_big(std::uint8_t *at, std::uint32_t word) {
    for (int i = 0; i < 4; ++i) at[i] = static_cast<std::uint8_t>(word >> (24 - 8 * i));
}

void compress_plain(std::uint32_t state[8], const std::uint8_t *data, std::size_t blocks) {
    for (; blocks; --blocks, data += 64) {
        std::uint32_t w[64];
        for (int i = 0; i < 16; ++i) w[i] = big(data + 4 * i);
        for (int i = 16; i < 64; ++i) {
            const std::uint32_t s0 = turn(w[i - 15], 7) ^ turn(w[i - 15], 18) ^ (w[i - 15] >> 3);
            const std::uint32_t s1 = turn(w[i - 2], 17) ^ turn(w[i - 2], 19) ^ (w[i - 2] >> 10);
            w[i] = w[i - 16] + s0 + w[i - 7] + s1;
        }
        std::uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
        std::uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
        for (int i = 0; i < 64; ++i) {
            const std::uint32_t one = h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i] + w[i];
            const std::uint32_t two = (turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
            h = g, g = f, f = e, e = d + one, d = c, c = b, b = a, a = one + two;
        }
        state[0] += a, state[1] += b, state[2] += c, state[3] += d;
        state[4] += e, state[5] += f, state[6] += g, state[7] += h;
    }
}

// One message on its way: whole blocks in place, then the padded end, then (doubled) the block of the first digest.
struct Lane {
    std::uint32_t state[8];
    const std::uint8_t *at;
    std::size_t blocks;
    std::uint8_t tail[128];
    std::size_t tail_blocks;
    std::uint8_t *digest;
    enum { body, end, again, idle } phase = idle;

    void begin(const Message &message) {
        std::memcpy(state, START, sizeof state);
        at = message.data;
        blocks = message.size / 64;
        digest = message.digest;
        const std::size_t rest = message.size % 64;
        tail_blocks = rest < 56 ? 1 : 2;
        std::memset(tail, 0, sizeof tail);
        if (rest) std::memcpy(tail, message.data + message.size - rest, rest);
        tail[rest] = 0x80;
        for (int i = 0; i < 8; ++i)
            tail[64 * tail_blocks - 1 - i] = static_cast<std::uint8_t>((std::uint64_t{message.size} * 8) >> (8 * i));
        phase = body;
        if (blocks == 0) next(true);
    }

    // The next row of blocks, when the one before is done; `doubled` = hash the digest once more.
    void next(bool doubled) {
        if (phase == body) {
            at = tail, blocks = tail_blocks, phase = end;
        } else if (phase == end && doubled) {
            std::memset(tail, 0, 64);
            write(tail);
            tail[32] = 0x80;
            tail[62] = 1;  // 256 bits
            std::memcpy(state, START, sizeof state);
            at = tail, blocks = 1, phase = again;
        } else {
            write(digest);
            phase = idle;
        }
    }

    void write(std::uint8_t *out) const {
        for (int i = 0; i < 8; ++i) put_big(out + 4 * i, state[i]);
    }
};

#if AMPARO_X86

bool detect_sha() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b >> 29 & 1) && __builtin_cpu_supports("sse4.1") &&
           __builtin_cpu_supports("ssse3");
}

// The order the instructions want: ABEF and CDGH.
struct Halves {
    __m128i abef, cdgh;
};

AMPARO_SHA inline Halves halves_of(const std::uint32_t state[8]) {
    __m128i low = _mm_loadu_si128(reinterpret_cast<const __m128i *>(state));
    __m128i high = _mm_loadu_si128(reinterpret_cast<const __m128i *>(state + 4));
    low = _mm_shuffle_epi32(low, 0xB1);
    high = _mm_shuffle_epi32(high, 0x1B);
    return {_mm_alignr_epi8(low, high, 8), _mm_blend_epi16(high, low, 0xF0)};
}

AMPARO_SHA inline void put_halves(std::uint32_t state[8], const Halves &halves) {
    const __m128i low = _mm_shuffle_epi32(halves.abef, 0x1B);
    const __m128i high = _mm_shuffle_epi32(halves.cdgh, 0xB1);
    _mm_storeu_si128(reinterpret_cast<__m128i *>(state), _mm_blend_epi16(low, high, 0xF0));
    _mm_storeu_si128(reinterpret_cast<__m128i *>(state + 4), _mm_alignr_epi8(high, low, 8));
}

AMPARO_SHA inline __m128i load_words(const std::uint8_t *at) {
    const __m128i order = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
    return _mm_shuffle_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i *>(at)), order);
}

// Four rounds of one lane; `i` is 0 to 15, `w` the four newest rows of the message schedule.
#define AMPARO_ROUNDS(i, w, abef, cdgh, data)                                                                     \
    do {                                                                                                          \
        if ((i) < 4)                                                                                              \
            w[(i) & 3] = load_words((data) + 16 * (i));                                                           \
        else                                                                                                      \
            w[(i) & 3] = _mm_sha256msg2_epu32(                                                                    \
                _mm_add_epi32(_mm_sha256msg1_epu32(w[(i) & 3], w[((i) + 1) & 3]),                                 \
                              _mm_alignr_epi8(w[((i) + 3) & 3], w[((i) + 2) & 3], 4)),                            \
                w[((i) + 3) & 3]);                                                                                \
        const __m128i sum = _mm_add_epi32(w[(i) & 3], _mm_load_si128(reinterpret_cast<const __m128i *>(K + 4 * (i)))); \
        cdgh = _mm_sha256rnds2_epu32(cdgh, abef, sum);                                                            \
        abef = _mm_sha256rnds2_epu32(abef, cdgh, _mm_shuffle_epi32(sum, 0x0E));                                   \
    } while (0)

AMPARO_SHA void compress_sha(std::uint32_t state[8], const std::uint8_t *data, std::size_t blocks) {
    Halves held = halves_of(state);
    for (; blocks; --blocks, data += 64) {
        __m128i a = held.abef, c = held.cdgh, w[4];
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) AMPARO_ROUNDS(i, w, a, c, data);
        held.abef = _mm_add_epi32(held.abef, a);
        held.cdgh = _mm_add_epi32(held.cdgh, c);
    }
    put_halves(state, held);
}

// Two messages in flight: each waits for its own rounds only.
AMPARO_SHA void compress_two(std::uint32_t s0[8], const std::uint8_t *d0, std::uint32_t s1[8], const std::uint8_t *d1,
                             std::size_t blocks) {
    Halves h0 = halves_of(s0), h1 = halves_of(s1);
    for (; blocks; --blocks, d0 += 64, d1 += 64) {
        __m128i a0 = h0.abef, c0 = h0.cdgh, w0[4];
        __m128i a1 = h1.abef, c1 = h1.cdgh, w1[4];
#pragma GCC unroll 16
        for (int i = 0; i < 16; ++i) {
            AMPARO_ROUNDS(i, w0, a0, c0, d0);
            AMPARO_ROUNDS(i, w1, a1, c1, d1);
        }
        h0.abef = _mm_add_epi32(h0.abef, a0), h0.cdgh = _mm_add_epi32(h0.cdgh, c0);
        h1.abef = _mm_add_epi32(h1.abef, a1), h1.cdgh = _mm_add_epi32(h1.cdgh, c1);
    }
    put_halves(s0, h0);
    put_halves(s1, h1);
}

#else

bool detect_sha() { return false; }

#endif

void compress(std::uint32_t state[8], const std::uint8_t *data, std::size_t blocks) {
#if AMPARO_X86
    if (has_sha_instructions()) return compress_sha(state, data, blocks);
#endif
    compress_plain(state, data, blocks);
}

void advance(Lane &lane, std::size_t blocks) {
    lane.at += 64 * blocks;
    lane.blocks -= blocks;
    if (lane.blocks == 0) lane.next(true);
}

void finish(Lane &lane) {
    while (lane.phase != Lane::idle) {
        compress(lane.state, lane.at, lane.blocks);
        advance(lane, lane.blocks);
    }
}

}  // namespace

bool has_sha_instructions() {
    static const bool present = detect_sha();
    return present && cpu() != Cpu::baseline;
}

void dsha256_many(const Message *messages, std::size_t count) {
    Lane one, two;
    std::size_t next = 0;
#if AMPARO_X86
    while (has_sha_instructions()) {
        if (one.phase == Lane::idle && next < count) one.begin(messages[next++]);
        if (two.phase == Lane::idle && next < count) two.begin(messages[next++]);
        if (one.phase == Lane::idle || two.phase == Lane::idle) break;
        const std::size_t blocks = std::min(one.blocks, two.blocks);
        compress_two(one.state, one.at, two.state, two.at, blocks);
        advance(one, blocks);
        advance(two, blocks);
    }
#endif
    finish(one);
    finish(two);
    for (; next < count; ++next) {
        one.begin(messages[next]);
        finish(one);
    }
}

void sha256(const std::uint8_t *data, std::size_t size, std::uint8_t digest[32]) {
    Lane lane;
    lane.begin({data, size, digest});
    while (lane.phase != Lane::idle) {
        compress(lane.state, lane.at, lane.blocks);
        lane.blocks = 0;
        lane.next(false);
    }
}

}  // namespace amparo
