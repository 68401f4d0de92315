// PDQ by its sparse filter: blur and sampling are linear, so A = Wy . luma . Wx^T with two thin weight matrices.
//
// Source: Facebook, "The TMK+PDQF video-hashing algorithm and the PDQ image-hashing algorithm" (2019), and the closed
// form of its box filter. Every sum is taken in the order of the plain twin in tests/reference/pdq.py; the paths
// differ in speed only.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>

#include "cpu.hpp"
#include "kernels.hpp"

#if AMPARO_X86
#include <immintrin.h>
#endif

namespace amparo {
namespace {

constexpr int kSide = 64;   // the picture is reduced to 64 x 64 samples
constexpr int kFreq = 16;   // frequencies 1..16 on each axis
constexpr std::size_t kCachedSizes = 64;

// ---- weights -----------------------------------------------------------------------------------------------------

struct Tap {
    int output;
    float weight;
};

struct Weights {
    std::array<int, kSide> first{};                  // first input of each output
    std::array<std::vector<float>, kSide> of{};      // its consecutive weights (none of them zero)
    std::vector<std::vector<Tap>> by_input;          // the same, by input position
};

struct Window {
    long left, right;
};

Window window(long o, long n) {
    const long w = (n + 127) / 128, h = (w + 2) / 2;  // box width of one pass, and its half
    return {std::max(0L, o - (w - h)), std::min(n, o + h)};
}

std::shared_ptr<const Weights> make_weights(long n) {
    auto made = std::make_shared<Weights>();
    made->by_input.resize(static_cast<std::size_t>(n));
    for (int j = 0; j < kSide; ++j) {
        const Window outer = window(static_cast<long>(((j + 0.5) * static_cast<double>(n)) / kSide), n);
        const long first = window(outer.left, n).left, last = window(outer.right - 1, n).right;
        std::vector<double> sums(static_cast<std::size_t>(last - first), 0.0);
        for (long m = outer.left; m < outer.right; ++m) {
            const Window inner = window(m, n);
            const double share = 1.0 / static_cast<double>((outer.right - outer.left) * (inner.right - inner.left));
            for (long x = inner.left; x < inner.right; ++x) sums[static_cast<std::size_t>(x - first)] += share;
        }
        made->first[j] = static_cast<int>(first);
        for (std::size_t k = 0; k < sums.size(); ++k) {
            made->of[j].push_back(static_cast<float>(sums[k]));
            made->by_input[static_cast<std::size_t>(first) + k].push_back({j, static_cast<float>(sums[k])});
        }
    }
    return made;
}

std::shared_ptr<const Weights> weights(long n) {
    static std::mutex guard;
    static std::map<long, std::shared_ptr<const Weights>> cache;
    std::lock_guard<std::mutex> held(guard);
    auto known = cache.find(n);
    if (known != cache.end()) return known->second;
    if (cache.size() >= kCachedSizes) cache.clear();  // bounded; a wave of odd sizes must not fill the memory
    return cache[n] = make_weights(n);
}

// ---- one row: bytes to luminance, and luminance times weight onto an accumulator ----------------------------------

void luma_plain(const std::uint8_t *row, std::size_t from, std::size_t width, std::size_t channels, float *out) {
    for (std::size_t x = from; x < width; ++x) {
        const std::uint8_t *p = row + x * channels;
        out[x] = channels == 1 ? static_cast<float>(p[0]) : 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2];
    }
}

void add_plain(float *acc, const float *row, std::size_t from, std::size_t width, float weight) {
    for (std::size_t x = from; x < width; ++x) acc[x] += weight * row[x];
}

void luma_baseline(const std::uint8_t *row, std::size_t width, std::size_t channels, float *out) {
    luma_plain(row, 0, width, channels, out);
}

void add_baseline(float *acc, const float *row, std::size_t width, float weight) { add_plain(acc, row, 0, width, weight); }

#if AMPARO_X86
struct Planes {
    __m128i r, g, b;
};

// 16 RGB pixels (48 bytes) to three planes of 16 bytes. -1 in a shuffle gives zero.
AMPARO_AVX2 inline Planes split16(const std::uint8_t *p) {
    const __m128i a = _mm_loadu_si128(reinterpret_cast<const __m128i *>(p));
    const __m128i b = _mm_loadu_si128(reinterpret_cast<const __m128i *>(p + 16));
    const __m128i c = _mm_loadu_si128(reinterpret_cast<const __m128i *>(p + 32));
    const auto join = [](__m128i x, __m128i y, __m128i z) AMPARO_AVX2 { return _mm_or_si128(x, _mm_or_si128(y, z)); };
    const __m128i r = join(
        _mm_shuffle_epi8(a, _mm_setr_epi8(0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)),
        _mm_shuffle_epi8(b, _mm_setr_epi8(-1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14, -1, -1, -1, -1, -1)),
        _mm_shuffle_epi8(c, _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 4, 7, 10, 13)));
    const __m128i g = join(
        _mm_shuffle_epi8(a, _mm_setr_epi8(1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)),
        _mm_shuffle_epi8(b, _mm_setr_epi8(-1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1)),
        _mm_shuffle_epi8(c, _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14)));
    const __m128i blue = join(
        _mm_shuffle_epi8(a, _mm_setr_epi8(2, 5, 8, 11, 14, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1)),
        _mm_shuffle_epi8(b, _mm_setr_epi8(-1, -1, -1, -1, -1, 1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1)),
        _mm_shuffle_epi8(c, _mm_setr_epi8(-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15)));
    return {r, g, blue};
}

AMPARO_AVX2 inline __m256 floats8(__m128i bytes) { return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(bytes)); }

AMPARO_AVX2 inline __m256 luma8(__m128i r, __m128i g, __m128i b) {
    const __m256 rg = _mm256_add_ps(_mm256_mul_ps(_mm256_set1_ps(0.299f), floats8(r)),
                                    _mm256_mul_ps(_mm256_set1_ps(0.587f), floats8(g)));
    return _mm256_add_ps(rg, _mm256_mul_ps(_mm256_set1_ps(0.114f), floats8(b)));
}

AMPARO_AVX2 void luma_avx2(const std::uint8_t *row, std::size_t width, std::size_t channels, float *out) {
    std::size_t x = 0;
    for (; channels == 3 && x + 16 <= width; x += 16) {
        const Planes p = split16(row + 3 * x);
        _mm256_storeu_ps(out + x, luma8(p.r, p.g, p.b));
        _mm256_storeu_ps(out + x + 8, luma8(_mm_srli_si128(p.r, 8), _mm_srli_si128(p.g, 8), _mm_srli_si128(p.b, 8)));
    }
    for (; channels == 1 && x + 8 <= width; x += 8)
        _mm256_storeu_ps(out + x, floats8(_mm_loadl_epi64(reinterpret_cast<const __m128i *>(row + x))));
    luma_plain(row, x, width, channels, out);
}

AMPARO_AVX2 void add_avx2(float *acc, const float *row, std::size_t width, float weight) {
    const __m256 w = _mm256_set1_ps(weight);
    std::size_t x = 0;
    for (; x + 8 <= width; x += 8)
        _mm256_storeu_ps(acc + x, _mm256_add_ps(_mm256_loadu_ps(acc + x), _mm256_mul_ps(w, _mm256_loadu_ps(row + x))));
    add_plain(acc, row, x, width, weight);
}

AMPARO_AVX512 inline __m512 floats16(__m128i bytes) { return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(bytes)); }

AMPARO_AVX512 void luma_avx512(const std::uint8_t *row, std::size_t width, std::size_t channels, float *out) {
    std::size_t x = 0;
    for (; channels == 3 && x + 16 <= width; x += 16) {
        const Planes p = split16(row + 3 * x);
        const __m512 rg = _mm512_add_ps(_mm512_mul_ps(_mm512_set1_ps(0.299f), floats16(p.r)),
                                        _mm512_mul_ps(_mm512_set1_ps(0.587f), floats16(p.g)));
        _mm512_storeu_ps(out + x, _mm512_add_ps(rg, _mm512_mul_ps(_mm512_set1_ps(0.114f), floats16(p.b))));
    }
    for (; channels == 1 && x + 16 <= width; x += 16)
        _mm512_storeu_ps(out + x, floats16(_mm_loadu_si128(reinterpret_cast<const __m128i *>(row + x))));
    luma_plain(row, x, width, channels, out);
}

AMPARO_AVX512 void add_avx512(float *acc, const float *row, std::size_t width, float weight) {
    const __m512 w = _mm512_set1_ps(weight);
    std::size_t x = 0;
    for (; x + 16 <= width; x += 16)
        _mm512_storeu_ps(acc + x, _mm512_add_ps(_mm512_loadu_ps(acc + x), _mm512_mul_ps(w, _mm512_loadu_ps(row + x))));
    add_plain(acc, row, x, width, weight);
}
#endif

struct RowOps {
    void (*luma)(const std::uint8_t *, std::size_t, std::size_t, float *);
    void (*add)(float *, const float *, std::size_t, float);
};

RowOps row_ops() {
#if AMPARO_X86
    if (cpu() == Cpu::avx512) return {luma_avx512, add_avx512};
    if (cpu() == Cpu::avx2) return {luma_avx2, add_avx2};
#endif
    return {luma_baseline, add_baseline};
}

// ---- the 64 x 64 samples -------------------------------------------------------------------------------------------

using Samples = std::array<std::array<float, kSide>, kSide>;

// One accumulated row times Wx. The product is rounded to float, the sum is double, x ascending. Four outputs at a
// time, because each sum waits for its own last addition only.
void reduce_row(const float *acc, const Weights &wx, std::array<float, kSide> &out) {
    for (int j = 0; j < kSide; j += 4) {
        double sum[4] = {0, 0, 0, 0};
        std::size_t shared = wx.of[j].size();
        for (int k = 1; k < 4; ++k) shared = std::min(shared, wx.of[j + k].size());
        for (std::size_t t = 0; t < shared; ++t)
            for (int k = 0; k < 4; ++k)
                sum[k] += static_cast<double>(wx.of[j + k][t] * acc[static_cast<std::size_t>(wx.first[j + k]) + t]);
        for (int k = 0; k < 4; ++k) {
            for (std::size_t t = shared; t < wx.of[j + k].size(); ++t)
                sum[k] += static_cast<double>(wx.of[j + k][t] * acc[static_cast<std::size_t>(wx.first[j + k]) + t]);
            out[j + k] = static_cast<float>(sum[k]);
        }
    }
}

Samples samples_of(const std::uint8_t *pixels, std::size_t height, std::size_t width, std::size_t channels) {
    const auto wy = weights(static_cast<long>(height)), wx = weights(static_cast<long>(width));
    const RowOps ops = row_ops();
    std::vector<float> acc(kSide * width, 0.0f), luma(width);
    for (std::size_t r = 0; r < height; ++r) {
        const auto &taps = wy->by_input[r];
        if (taps.empty()) continue;
        ops.luma(pixels + r * width * channels, width, channels, luma.data());
        for (const Tap &tap : taps) ops.add(acc.data() + static_cast<std::size_t>(tap.output) * width, luma.data(), width, tap.weight);
    }
    Samples samples;
    for (int i = 0; i < kSide; ++i) reduce_row(acc.data() + static_cast<std::size_t>(i) * width, *wx, samples[i]);
    return samples;
}

int quality_of(const Samples &a) {
    const auto step = [](float u, float v) { return std::abs(static_cast<int>((u - v) * 100.0f / 255.0f)); };
    long sum = 0;
    for (int i = 0; i < kSide; ++i)
        for (int j = 0; j < kSide; ++j) {
            if (i + 1 < kSide) sum += step(a[i][j], a[i + 1][j]);
            if (j + 1 < kSide) sum += step(a[i][j], a[i][j + 1]);
        }
    return static_cast<int>(std::min(100L, sum / 90));
}

// ---- the 16 x 16 frequencies, and the hashes -----------------------------------------------------------------------

using Frequencies = std::array<std::array<float, kFreq>, kFreq>;
using Cosines = std::array<std::array<float, kSide>, kFreq>;

const Cosines &cosines() {
    static const Cosines table = [] {
        Cosines made;
        for (int i = 0; i < kFreq; ++i)
            for (int j = 0; j < kSide; ++j)
                made[i][j] = static_cast<float>(std::sqrt(2.0 / kSide) *
                                                std::cos(M_PI / (2 * kSide) * (i + 1) * (2 * j + 1)));
        return made;
    }();
    return table;
}

Frequencies frequencies_of(const Samples &a) {
    const Cosines &d = cosines();
    Cosines half{};
    for (int i = 0; i < kFreq; ++i)
        for (int k = 0; k < kSide; ++k)
            for (int j = 0; j < kSide; ++j) half[i][j] += d[i][k] * a[k][j];
    Frequencies b{};
    for (int i = 0; i < kFreq; ++i)
        for (int j = 0; j < kFreq; ++j) {
            float sum = 0.0f;
            for (int k = 0; k < kSide; ++k) sum += half[i][k] * d[j][k];
            b[i][j] = sum;
        }
    return b;
}

Hash256 hash_of(const Frequencies &b) {
    std::array<float, kFreq * kFreq> sorted;
    for (int i = 0; i < kFreq; ++i) std::copy(b[i].begin(), b[i].end(), sorted.begin() + kFreq * i);
    std::nth_element(sorted.begin(), sorted.begin() + 127, sorted.end());
    const float median = sorted[127];  // the lower of the two middle values
    Hash256 hash{};
    for (int i = 0; i < kFreq; ++i)
        for (int j = 0; j < kFreq; ++j) {
            const int k = kFreq * i + j;  // byte 0 holds bits 255..248
            if (b[i][j] > median) hash[static_cast<std::size_t>(31 - k / 8)] |= static_cast<std::uint8_t>(1u << (k % 8));
        }
    return hash;
}

// The eight turned and mirrored pictures differ from B by signs and transposing only; each has its own median.
Frequencies turned(const Frequencies &b, int variant) {
    const auto s = [](int x) { return x % 2 ? 1.0f : -1.0f; };
    Frequencies t;
    for (int i = 0; i < kFreq; ++i)
        for (int j = 0; j < kFreq; ++j) {
            const float v = b[i][j];
            switch (variant) {
                case 0: t[i][j] = v; break;                  // original
                case 1: t[j][i] = s(j) * v; break;           // rot90
                case 2: t[i][j] = -s(i + j) * v; break;      // rot180
                case 3: t[j][i] = s(i) * v; break;           // rot270
                case 4: t[i][j] = s(i) * v; break;           // flipx
                case 5: t[i][j] = s(j) * v; break;           // flipy
                case 6: t[j][i] = v; break;                  // plus1
                default: t[j][i] = -s(i + j) * v; break;     // minus1
            }
        }
    return t;
}

}  // namespace

PdqResult pdq(const std::uint8_t *pixels, std::size_t height, std::size_t width, std::size_t channels) {
    PdqResult result;
    if (height < 5 || width < 5) return result;
    const Samples samples = samples_of(pixels, height, width, channels);
    result.quality = quality_of(samples);
    const Frequencies b = frequencies_of(samples);
    for (int variant = 0; variant < 8; ++variant) result.hashes[static_cast<std::size_t>(variant)] = hash_of(turned(b, variant));
    return result;
}

}  // namespace amparo
