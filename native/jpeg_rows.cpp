// JPEG coefficients to samples, samples to rows of luminance: the steps that work on many numbers at once.
#include "jpeg.hpp"

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

void one_block(const std::int16_t *coefs, const std::int16_t *quants, std::uint8_t *out, std::size_t stride) {
    __m128i v[8];
    for (int i = 0; i < 8; ++i)
        v[i] = _mm_mullo_epi16(_mm_loadu_si128(reinterpret_cast<const __m128i *>(coefs + 8 * i)),
                               _mm_loadu_si128(reinterpret_cast<const __m128i *>(quants + 8 * i)));
    samples_of_block(v);
    for (std::size_t i = 0; i < 4; ++i) {
        _mm_storel_epi64(reinterpret_cast<__m128i *>(out + 2 * i * stride), v[i]);
        _mm_storel_epi64(reinterpret_cast<__m128i *>(out + (2 * i + 1) * stride), _mm_unpackhi_epi64(v[i], v[i]));
    }
}

void two_blocks(const std::int16_t *const coefs[2], const std::int16_t *const quants[2], std::uint8_t *const out[2],
                std::size_t stride_a, std::size_t stride_b) {
    one_block(coefs[0], quants[0], out[0], stride_a);
    one_block(coefs[1], quants[1], out[1], stride_b);
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

inline __m256i both(const std::int16_t *const from[2], int row) {
    return _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i *>(from[0] + 8 * row))),
        _mm_loadu_si128(reinterpret_cast<const __m128i *>(from[1] + 8 * row)), 1);
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

void two_blocks(const std::int16_t *const coefs[2], const std::int16_t *const quants[2], std::uint8_t *const out[2],
                std::size_t stride_a, std::size_t stride_b) {
    __m256i v[8];
    for (int i = 0; i < 8; ++i) v[i] = _mm256_mullo_epi16(both(coefs, i), both(quants, i));
    samples_of_block(v);
    for (std::size_t i = 0; i < 4; ++i) {
        const __m128i a = _mm256_castsi256_si128(v[i]), b = _mm256_extracti128_si256(v[i], 1);
        _mm_storel_epi64(reinterpret_cast<__m128i *>(out[0] + 2 * i * stride_a), a);
        _mm_storel_epi64(reinterpret_cast<__m128i *>(out[0] + (2 * i + 1) * stride_a), _mm_unpackhi_epi64(a, a));
        _mm_storel_epi64(reinterpret_cast<__m128i *>(out[1] + 2 * i * stride_b), b);
        _mm_storel_epi64(reinterpret_cast<__m128i *>(out[1] + (2 * i + 1) * stride_b), _mm_unpackhi_epi64(b, b));
    }
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

}  // namespace

JpegOps jpeg_ops() {
    if (cpu() == Cpu::baseline) return {sse2::two_blocks, sse2::widen, sse2::mix, sse2::luma};
    return {avx2::two_blocks, sse2::widen, sse2::mix, avx2::luma};  // the two between are bound by memory
}

}  // namespace amparo
#endif
