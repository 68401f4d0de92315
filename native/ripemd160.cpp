#include <cstring>

#include "sha256.hpp"

namespace amparo {
namespace {

constexpr std::uint8_t LEFT_WORDS[80] = {
    0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 7, 4, 13, 1, 10, 6, 15, 3, 12, 0, 9, 5, 2, 14, 11, 8,
    3, 10, 14, 4, 9, 15, 8, 1, 2, 7, 0, 6, 13, 11, 5, 12, 1, 9, 11, 10, 0, 8, 12, 4, 13, 3, 7, 15, 14, 5, 6, 2,
    4, 0, 5, 9, 7, 12, 2, 10, 14, 1, 3, 8, 11, 6, 15, 13};
constexpr std::uint8_t RIGHT_WORDS[80] = {
    5, 14, 7, 0, 9, 2, 11, 4, 13, 6, 15, 8, 1, 10, 3, 12, 6, 11, 3, 7, 0, 13, 5, 10, 14, 15, 8, 12, 4, 9, 1, 2,
    15, 5, 1, 3, 7, 14, 6, 9, 11, 8, 12, 2, 10, 0, 4, 13, 8, 6, 4, 1, 3, 11, 15, 0, 5, 12, 2, 13, 9, 7, 10, 14,
    12, 15, 10, 4, 1, 5, 8, 7, 6, 2, 13, 14, 0, 3, 9, 11};
constexpr std::uint8_t LEFT_TURNS[80] = {
    11, 14, 15, 12, 5, 8, 7, 9, 11, 13, 14, 15, 6, 7, 9, 8, 7, 6, 8, 13, 11, 9, 7, 15, 7, 12, 15, 9, 11, 7, 13, 12,
    11, 13, 6, 7, 14, 9, 13, 15, 14, 8, 13, 6, 5, 12, 7, 5, 11, 12, 14, 15, 14, 15, 9, 8, 9, 14, 5, 6, 8, 6, 5, 12,
    9, 15, 5, 11, 6, 8, 13, 12, 5, 12, 13, 14, 11, 8, 5, 6};
constexpr std::uint8_t RIGHT_TURNS[80] = {
    8, 9, 9, 11, 13, 15, 15, 5, 7, 7, 8, 11, 14, 14, 12, 6, 9, 13, 15, 7, 12, 8, 9, 11, 7, 7, 12, 7, 6, 15, 13, 11,
    9, 7, 15, 11, 8, 6, 6, 14, 12, 13, 5, 14, 13, 13, 7, 5, 15, 5, 8, 11, 14, 14, 6, 14, 6, 9, 12, 9, 12, 5, 15, 8,
    8, 5, 12, 9, 12, 5, 14, 6, 8, 13, 6, 5, 15, 13, 11, 11};
constexpr std::uint32_t LEFT_ADD[5] = {0, 0x5A827999, 0x6ED9EBA1, 0x8F1BBCDC, 0xA953FD4E};
constexpr std::uint32_t RIGHT_ADD[5] = {0x50A28BE6, 0x5C4DD124, 0x6D703EF3, 0x7A6D76E9, 0};

std::uint32_t turn(std::uint32_t word, int by) { return (word << by) | (word >> (32 - by)); }

std::uint32_t mix(int kind, std::uint32_t x, std::uint32_t y, std::uint32_t z) {
    switch (kind) {
        case 0: return x ^ y ^ z;
        case 1: return (x & y) | (~x & z);
        case 2: return (x | ~y) ^ z;
        case 3: return (x & z) | (y & ~z);
        default: return x ^ (y | ~z);
    }
}

struct Line {
    std::uint32_t a, b, c, d, e;

    void step(std::uint32_t sum, int by) {
        const std::uint32_t next = turn(sum, by) + e;
        a = e, e = d, d = turn(c, 10), c = b, b = next;
    }
};

void compress(std::uint32_t state[5], const std::uint8_t *data) {
    std::uint32_t w[16];
    for (int i = 0; i < 16; ++i)
        w[i] = data[4 * i] | std::uint32_t{data[4 * i + 1]} << 8 | std::uint32_t{data[4 * i + 2]} << 16 |
               std::uint32_t{data[4 * i + 3]} << 24;
    Line left{state[0], state[1], state[2], state[3], state[4]}, right = left;
    for (int i = 0; i < 80; ++i) {
        const int round = i / 16;
        left.step(left.a + mix(round, left.b, left.c, left.d) + w[LEFT_WORDS[i]] + LEFT_ADD[round], LEFT_TURNS[i]);
        right.step(right.a + mix(4 - round, right.b, right.c, right.d) + w[RIGHT_WORDS[i]] + RIGHT_ADD[round],
                   RIGHT_TURNS[i]);
    }
    const std::uint32_t first = state[1] + left.c + right.d;
    state[1] = state[2] + left.d + right.e;
    state[2] = state[3] + left.e + right.a;
    state[3] = state[4] + left.a + right.b;
    state[4] = state[0] + left.b + right.c;
    state[0] = first;
}

}  // namespace

void ripemd160(const std::uint8_t *data, std::size_t size, std::uint8_t digest[20]) {
    std::uint32_t state[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    const std::size_t whole = size / 64, rest = size % 64, tail_blocks = rest < 56 ? 1 : 2;
    for (std::size_t i = 0; i < whole; ++i) compress(state, data + 64 * i);
    std::uint8_t tail[128] = {};
    if (rest) std::memcpy(tail, data + 64 * whole, rest);
    tail[rest] = 0x80;
    for (int i = 0; i < 8; ++i)
        tail[64 * tail_blocks - 8 + i] = static_cast<std::uint8_t>((std::uint64_t{size} * 8) >> (8 * i));
    for (std::size_t i = 0; i < tail_blocks; ++i) compress(state, tail + 64 * i);
    for (int i = 0; i < 20; ++i) digest[i] = static_cast<std::uint8_t>(state[i / 4] >> (8 * (i % 4)));
}

}  // namespace amparo
