// JPEG coefficients to samples, samples to rows of luminance: the steps that work on many numbers at once.
#include "jpeg.hpp"

#include <algorithm>

#if AMPARO_X86
#include <immintrin.h>

namespace amparo {
namespace {

// Luminance of four pixels whose colours are 32-bit numbers within 0..255; products and sums in the order of pdq.cpp.
#define LUMA(ps, r, g, b)                                                                                      \
    ps(add_ps)(ps(add_ps)(ps(mul_ps)(ps(set1_ps)(0.299f), ps(cvtepi32_ps)(r)),                                 \
                          ps(mul_ps)(ps(set1_ps)(0.587f), ps(cvtepi32_ps)(g))),                                \
               ps(mul_ps)(ps(set1_ps)(0.114f), ps(cvtepi32_ps)(b)))

int clamped(int value) { return value < 0 ? 0 : value > 255 ? 255 : value; }

// One pixel, as libjpeg converts it: 16 fractional bits, rounded.
float luma_of(int y, int cb, int cr) {
    cb -= 128;
    cr -= 128;
    const int r = clamped(y + ((91881 * cr + 32768) >> 16)), b = clamped(y + ((116130 * cb + 32768) >> 16));
    const int g = clamped(y + ((-22554 * cb - 46802 * cr + 32768) >> 16));
    return 0.299f * static_cast<float>(r) + 0.587f * static_cast<float>(g) + 0.114f * static_cast<float>(b);
}

// Two rows of samples of one block.
inline void store_rows(const JpegBlock &block, std::size_t pair, __m128i rows) {
    std::uint8_t *out = block.out + 2 * pair * block.stride;
    _mm_storel_epi64(reinterpret_cast<__m128i *>(out), rows);
    _mm_storel_epi64(reinterpret_cast<__m128i *>(out + block.stride), _mm_unpackhi_epi64(rows, rows));
}

inline __m128i row_of(const std::int16_t *block, int row) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i *>(block + 8 * row));
}

// ---- every x86-64 ---------------------------------------------------------------------------------------------------

namespace sse2 {
#define REG __m128i
#define OP(name) _mm_##name
#define ZERO _mm_setzero_si128
#define XOR _mm_xor_si128
#include "jpeg_idct.inc"
#undef REG
#undef OP
#undef ZERO
#undef XOR

void blocks(const JpegBlock *blocks, std::size_t count) {
    for (const JpegBlock *each = blocks; each != blocks + count; ++each) {
        __m128i v[8];
        for (int i = 0; i < 8; ++i) v[i] = _mm_mullo_epi16(row_of(each->coefs, i), row_of(each->quants, i));
        samples_of_block(v);
        for (std::size_t i = 0; i < 4; ++i) store_rows(*each, i, v[i]);
    }
}

void widen(const std::uint16_t *sums, std::size_t count, int shift, std::uint8_t *out) {
    const __m128i three = _mm_set1_epi16(3), by = _mm_cvtsi32_si128(shift);
    const int half = 1 << (shift - 1);
    const int first = shift == 4 ? half : half - 1, second = shift == 4 ? half - 1 : half;
    const __m128i bias0 = _mm_set1_epi16(static_cast<short>(first)), bias1 = _mm_set1_epi16(static_cast<short>(second));
    std::size_t x = 0;
    for (; x + 8 <= count; x += 8) {
        const auto at = [&](std::ptrdiff_t step) {
            return _mm_loadu_si128(reinterpret_cast<const __m128i *>(sums + static_cast<std::ptrdiff_t>(x) + step));
        };
        const __m128i middle = _mm_mullo_epi16(at(0), three);
        const __m128i left = _mm_srl_epi16(_mm_add_epi16(_mm_add_epi16(middle, at(-1)), bias0), by);
        const __m128i right = _mm_srl_epi16(_mm_add_epi16(_mm_add_epi16(middle, at(1)), bias1), by);
        _mm_storeu_si128(reinterpret_cast<__m128i *>(out + 2 * x), _mm_or_si128(left, _mm_slli_epi16(right, 8)));
    }
    for (; x < count; ++x) {
        out[2 * x] = static_cast<std::uint8_t>((3 * sums[x] + *(sums + x - 1) + first) >> shift);
        out[2 * x + 1] = static_cast<std::uint8_t>((3 * sums[x] + sums[x + 1] + second) >> shift);
    }
}

void mix(const std::uint8_t *near, const std::uint8_t *far, std::size_t count, std::uint16_t *sums) {
    const __m128i zero = _mm_setzero_si128(), three = _mm_set1_epi16(3);
    std::size_t x = 0;
    for (; x + 8 <= count; x += 8) {
        const __m128i a = _mm_unpacklo_epi8(_mm_loadl_epi64(reinterpret_cast<const __m128i *>(near + x)), zero);
        const __m128i b = _mm_unpacklo_epi8(_mm_loadl_epi64(reinterpret_cast<const __m128i *>(far + x)), zero);
        _mm_storeu_si128(reinterpret_cast<__m128i *>(sums + x), _mm_add_epi16(_mm_mullo_epi16(a, three), b));
    }
    for (; x < count; ++x) sums[x] = static_cast<std::uint16_t>(3 * near[x] + far[x]);
}

// x * 1.402 is x + 0.402 x, and x * 1.772 is 2 x - 0.228 x, so that each product of 16 bits suffices.
void luma(const std::uint8_t *y, const std::uint8_t *cb, const std::uint8_t *cr, std::size_t count, float *out) {
    const __m128i zero = _mm_setzero_si128(), middle = _mm_set1_epi16(128), one = _mm_set1_epi16(1);
    const __m128i top = _mm_set1_epi16(255), half = _mm_set1_epi32(32768);
    const __m128i green = _mm_set1_epi32(static_cast<int>((18734u << 16) | (static_cast<unsigned>(-22554) & 0xffffu)));
    std::size_t x = 0;
    for (; x + 8 <= count; x += 8) {
        const auto wide = [zero](const std::uint8_t *p) {
            return _mm_unpacklo_epi8(_mm_loadl_epi64(reinterpret_cast<const __m128i *>(p)), zero);
        };
        const auto clamp = [zero, top](__m128i v) { return _mm_min_epi16(_mm_max_epi16(v, zero), top); };
        const __m128i l = wide(y + x), u = _mm_sub_epi16(wide(cb + x), middle), v = _mm_sub_epi16(wide(cr + x), middle);
        const auto part = [one](__m128i a, short of) {
            const __m128i twice = _mm_add_epi16(a, a);
            return _mm_srai_epi16(_mm_add_epi16(_mm_mulhi_epi16(twice, _mm_set1_epi16(of)), one), 1);
        };
        const __m128i r = clamp(_mm_add_epi16(l, _mm_add_epi16(v, part(v, 26345))));
        const __m128i b = clamp(_mm_add_epi16(l, _mm_add_epi16(_mm_add_epi16(u, u), part(u, -14942))));
        const __m128i low = _mm_srai_epi32(_mm_add_epi32(_mm_madd_epi16(_mm_unpacklo_epi16(u, v), green), half), 16);
        const __m128i high = _mm_srai_epi32(_mm_add_epi32(_mm_madd_epi16(_mm_unpackhi_epi16(u, v), green), half), 16);
        const __m128i g = clamp(_mm_add_epi16(l, _mm_sub_epi16(_mm_packs_epi32(low, high), v)));
#define PS(name) _mm_##name
        _mm_storeu_ps(out + x, LUMA(PS, _mm_unpacklo_epi16(r, zero), _mm_unpacklo_epi16(g, zero), _mm_unpacklo_epi16(b, zero)));
        _mm_storeu_ps(out + x + 4,
                      LUMA(PS, _mm_unpackhi_epi16(r, zero), _mm_unpackhi_epi16(g, zero), _mm_unpackhi_epi16(b, zero)));
#undef PS
    }
    for (; x < count; ++x) out[x] = luma_of(y[x], cb[x], cr[x]);
}
}  // namespace sse2

// ---- AVX2 -----------------------------------------------------------------------------------------------------------

#pragma GCC push_options
#pragma GCC target("avx2")
namespace avx2 {
#define REG __m256i
#define OP(name) _mm256_##name
#define ZERO _mm256_setzero_si256
#define XOR _mm256_xor_si256
#include "jpeg_idct.inc"
#undef REG
#undef OP
#undef ZERO
#undef XOR

inline __m256i both(const std::int16_t *a, const std::int16_t *b, int row) {
    return _mm256_inserti128_si256(_mm256_castsi128_si256(row_of(a, row)), row_of(b, row), 1);
}

void two_blocks(const JpegBlock &a, const JpegBlock &b) {
    __m256i v[8];
    for (int i = 0; i < 8; ++i) v[i] = _mm256_mullo_epi16(both(a.coefs, b.coefs, i), both(a.quants, b.quants, i));
    samples_of_block(v);
    for (std::size_t i = 0; i < 4; ++i) {
        store_rows(a, i, _mm256_castsi256_si128(v[i]));
        store_rows(b, i, _mm256_extracti128_si256(v[i], 1));
    }
}

void blocks(const JpegBlock *blocks, std::size_t count) {
    for (std::size_t i = 0; i < count; i += 2) two_blocks(blocks[i], blocks[std::min(i + 1, count - 1)]);
}

inline __m256i wide(const std::uint8_t *p) {
    return _mm256_cvtepu8_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i *>(p)));
}

inline __m256i low(__m256i a) { return _mm256_cvtepu16_epi32(_mm256_castsi256_si128(a)); }
inline __m256i high(__m256i a) { return _mm256_cvtepu16_epi32(_mm256_extracti128_si256(a, 1)); }

inline __m256i clamp(__m256i v) {
    return _mm256_min_epi16(_mm256_max_epi16(v, _mm256_setzero_si256()), _mm256_set1_epi16(255));
}

// a * of / 65536, rounded
inline __m256i part(__m256i a, short of) {
    const __m256i twice = _mm256_add_epi16(a, a);
    return _mm256_srai_epi16(_mm256_add_epi16(_mm256_mulhi_epi16(twice, _mm256_set1_epi16(of)), _mm256_set1_epi16(1)), 1);
}

inline __m256i green_of(__m256i pairs) {
    const __m256i weights =
        _mm256_set1_epi32(static_cast<int>((18734u << 16) | (static_cast<unsigned>(-22554) & 0xffffu)));
    return _mm256_srai_epi32(_mm256_add_epi32(_mm256_madd_epi16(pairs, weights), _mm256_set1_epi32(32768)), 16);
}

void widen(const std::uint16_t *sums, std::size_t count, int shift, std::uint8_t *out) {
    const __m256i three = _mm256_set1_epi16(3);
    const __m128i by = _mm_cvtsi32_si128(shift);
    const int half = 1 << (shift - 1);
    const __m256i bias0 = _mm256_set1_epi16(static_cast<short>(shift == 4 ? half : half - 1));
    const __m256i bias1 = _mm256_set1_epi16(static_cast<short>(shift == 4 ? half - 1 : half));
    std::size_t x = 0;
    for (; x + 16 <= count; x += 16) {
        const std::uint16_t *at = sums + x;
        const __m256i middle = _mm256_mullo_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(at)), three);
        const __m256i before = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(at - 1));
        const __m256i after = _mm256_loadu_si256(reinterpret_cast<const __m256i *>(at + 1));
        const __m256i left = _mm256_srl_epi16(_mm256_add_epi16(_mm256_add_epi16(middle, before), bias0), by);
        const __m256i right = _mm256_srl_epi16(_mm256_add_epi16(_mm256_add_epi16(middle, after), bias1), by);
        _mm256_storeu_si256(reinterpret_cast<__m256i *>(out + 2 * x), _mm256_or_si256(left, _mm256_slli_epi16(right, 8)));
    }
    sse2::widen(sums + x, count - x, shift, out + 2 * x);
}

void mix(const std::uint8_t *near, const std::uint8_t *far, std::size_t count, std::uint16_t *sums) {
    const __m256i three = _mm256_set1_epi16(3);
    std::size_t x = 0;
    for (; x + 16 <= count; x += 16) {
        const __m256i mixed = _mm256_add_epi16(_mm256_mullo_epi16(wide(near + x), three), wide(far + x));
        _mm256_storeu_si256(reinterpret_cast<__m256i *>(sums + x), mixed);
    }
    sse2::mix(near + x, far + x, count - x, sums + x);
}

void luma(const std::uint8_t *y, const std::uint8_t *cb, const std::uint8_t *cr, std::size_t count, float *out) {
    const __m256i middle = _mm256_set1_epi16(128);
    std::size_t x = 0;
    for (; x + 16 <= count; x += 16) {
        const __m256i l = wide(y + x), u = _mm256_sub_epi16(wide(cb + x), middle), v = _mm256_sub_epi16(wide(cr + x), middle);
        const __m256i r = clamp(_mm256_add_epi16(l, _mm256_add_epi16(v, part(v, 26345))));
        const __m256i b = clamp(_mm256_add_epi16(l, _mm256_add_epi16(_mm256_add_epi16(u, u), part(u, -14942))));
        const __m256i sums = _mm256_packs_epi32(green_of(_mm256_unpacklo_epi16(u, v)), green_of(_mm256_unpackhi_epi16(u, v)));
        const __m256i g = clamp(_mm256_add_epi16(l, _mm256_sub_epi16(sums, v)));
#define PS(name) _mm256_##name
        _mm256_storeu_ps(out + x, LUMA(PS, low(r), low(g), low(b)));
        _mm256_storeu_ps(out + x + 8, LUMA(PS, high(r), high(g), high(b)));
#undef PS
    }
    for (; x < count; ++x) out[x] = luma_of(y[x], cb[x], cr[x]);
}
}  // namespace avx2
#pragma GCC pop_options

// ---- AVX-512 --------------------------------------------------------------------------------------------------------

#pragma GCC push_options
#pragma GCC target("avx2,avx512f,avx512bw,avx512dq,avx512vl")
namespace avx512 {
#define REG __m512i
#define OP(name) _mm512_##name
#define ZERO _mm512_setzero_si512
#define XOR _mm512_xor_si512
#include "jpeg_idct.inc"
#undef REG
#undef OP
#undef ZERO
#undef XOR

inline __m512i four(const std::int16_t *a, const std::int16_t *b, const std::int16_t *c, const std::int16_t *d, int row) {
    const __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(row_of(a, row)), row_of(b, row), 1);
    const __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(row_of(c, row)), row_of(d, row), 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

void four_blocks(const JpegBlock &a, const JpegBlock &b, const JpegBlock &c, const JpegBlock &d) {
    __m512i v[8];
    for (int i = 0; i < 8; ++i)
        v[i] = _mm512_mullo_epi16(four(a.coefs, b.coefs, c.coefs, d.coefs, i), four(a.quants, b.quants, c.quants, d.quants, i));
    samples_of_block(v);
    for (std::size_t i = 0; i < 4; ++i) {
        store_rows(a, i, _mm512_castsi512_si128(v[i]));
        store_rows(b, i, _mm512_extracti32x4_epi32(v[i], 1));
        store_rows(c, i, _mm512_extracti32x4_epi32(v[i], 2));
        store_rows(d, i, _mm512_extracti32x4_epi32(v[i], 3));
    }
}

void blocks(const JpegBlock *blocks, std::size_t count) {
    const std::size_t last = count - 1;
    std::size_t i = 0;
    for (; i + 2 < count; i += 4)
        four_blocks(blocks[i], blocks[i + 1], blocks[i + 2], blocks[std::min(i + 3, last)]);
    if (i < count) avx2::blocks(blocks + i, count - i);
}

inline __m512i wide(const std::uint8_t *p) {
    return _mm512_cvtepu8_epi16(_mm256_loadu_si256(reinterpret_cast<const __m256i *>(p)));
}

inline __m512i low(__m512i a) { return _mm512_cvtepu16_epi32(_mm512_castsi512_si256(a)); }
inline __m512i high(__m512i a) { return _mm512_cvtepu16_epi32(_mm512_extracti64x4_epi64(a, 1)); }

inline __m512i clamp(__m512i v) {
    return _mm512_min_epi16(_mm512_max_epi16(v, _mm512_setzero_si512()), _mm512_set1_epi16(255));
}

// a * of / 65536, rounded
inline __m512i part(__m512i a, short of) {
    const __m512i twice = _mm512_add_epi16(a, a);
    return _mm512_srai_epi16(_mm512_add_epi16(_mm512_mulhi_epi16(twice, _mm512_set1_epi16(of)), _mm512_set1_epi16(1)), 1);
}

inline __m512i green_of(__m512i pairs) {
    const __m512i weights =
        _mm512_set1_epi32(static_cast<int>((18734u << 16) | (static_cast<unsigned>(-22554) & 0xffffu)));
    return _mm512_srai_epi32(_mm512_add_epi32(_mm512_madd_epi16(pairs, weights), _mm512_set1_epi32(32768)), 16);
}

void luma(const std::uint8_t *y, const std::uint8_t *cb, const std::uint8_t *cr, std::size_t count, float *out) {
    const __m512i middle = _mm512_set1_epi16(128);
    std::size_t x = 0;
    for (; x + 32 <= count; x += 32) {
        const __m512i l = wide(y + x), u = _mm512_sub_epi16(wide(cb + x), middle), v = _mm512_sub_epi16(wide(cr + x), middle);
        const __m512i r = clamp(_mm512_add_epi16(l, _mm512_add_epi16(v, part(v, 26345))));
        const __m512i b = clamp(_mm512_add_epi16(l, _mm512_add_epi16(_mm512_add_epi16(u, u), part(u, -14942))));
        const __m512i sums = _mm512_packs_epi32(green_of(_mm512_unpacklo_epi16(u, v)), green_of(_mm512_unpackhi_epi16(u, v)));
        const __m512i g = clamp(_mm512_add_epi16(l, _mm512_sub_epi16(sums, v)));
#define PS(name) _mm512_##name
        _mm512_storeu_ps(out + x, LUMA(PS, low(r), low(g), low(b)));
        _mm512_storeu_ps(out + x + 16, LUMA(PS, high(r), high(g), high(b)));
#undef PS
    }
    avx2::luma(y + x, cb + x, cr + x, count - x, out + x);
}
}  // namespace avx512
#pragma GCC pop_options

}  // namespace

JpegOps jpeg_ops() {
    if (cpu() == Cpu::baseline) return {sse2::blocks, sse2::widen, sse2::mix, sse2::luma};
    if (cpu() == Cpu::avx2) return {avx2::blocks, avx2::widen, avx2::mix, avx2::luma};
    return {avx512::blocks, avx2::widen, avx2::mix, avx512::luma};  // the two between are bound by memory
}

}  // namespace amparo
#endif
