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
#include "jpeg.hpp"
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
//
// Three forms of the same two steps. `both` does them at once for the common row that feeds one output only.

struct RowOps {
    void (*luma)(const std::uint8_t *row, std::size_t width, std::size_t channels, float *out);
    void (*add)(float *acc, const float *luma, std::size_t width, float weight);
    void (*both)(const std::uint8_t *row, std::size_t width, std::size_t channels, float *acc, float weight);
};

inline float luma_at(const std::uint8_t *row, std::size_t x, std::size_t channels) {
    const std::uint8_t *p = row + x * channels;
    return channels == 1 ? static_cast<float>(p[0]) : 0.299f * p[0] + 0.587f * p[1] + 0.114f * p[2];
}

void luma_from(std::size_t x, const std::uint8_t *row, std::size_t width, std::size_t channels, float *out) {
    for (; x < width; ++x) out[x] = luma_at(row, x, channels);
}

void add_from(std::size_t x, float *acc, const float *luma, std::size_t width, float weight) {
    for (; x < width; ++x) acc[x] += weight * luma[x];
}

void both_from(std::size_t x, const std::uint8_t *row, std::size_t width, std::size_t channels, float *acc, float weight) {
    for (; x < width; ++x) acc[x] += weight * luma_at(row, x, channels);
}

#if AMPARO_X86
// Every x86-64 has SSE2: four RGB pixels as four 32-bit loads, then masks and shifts. Reads 1 byte more than it uses.
template <bool rgb>
inline __m128 luma4(const std::uint8_t *p) {
    const auto word = [p](int at) {
        int value;
        std::memcpy(&value, p + at, 4);
        return _mm_cvtsi32_si128(value);
    };
    if (!rgb) {
        const __m128i zero = _mm_setzero_si128();
        return _mm_cvtepi32_ps(_mm_unpacklo_epi16(_mm_unpacklo_epi8(word(0), zero), zero));
    }
    const __m128i v = _mm_unpacklo_epi64(_mm_unpacklo_epi32(word(0), word(3)), _mm_unpacklo_epi32(word(6), word(9)));
    const __m128i low = _mm_set1_epi32(255);
    const __m128 r = _mm_cvtepi32_ps(_mm_and_si128(v, low));
    const __m128 g = _mm_cvtepi32_ps(_mm_and_si128(_mm_srli_epi32(v, 8), low));
    const __m128 b = _mm_cvtepi32_ps(_mm_and_si128(_mm_srli_epi32(v, 16), low));
    const __m128 rg = _mm_add_ps(_mm_mul_ps(_mm_set1_ps(0.299f), r), _mm_mul_ps(_mm_set1_ps(0.587f), g));
    return _mm_add_ps(rg, _mm_mul_ps(_mm_set1_ps(0.114f), b));
}

template <bool rgb>
std::size_t luma_fours(const std::uint8_t *row, std::size_t width, float *out) {
    std::size_t x = 0;
    for (; x + 5 <= width; x += 4) _mm_storeu_ps(out + x, luma4<rgb>(row + (rgb ? 3 : 1) * x));
    return x;
}

template <bool rgb>
std::size_t both_fours(const std::uint8_t *row, std::size_t width, float *acc, float weight) {
    const __m128 w = _mm_set1_ps(weight);
    std::size_t x = 0;
    for (; x + 5 <= width; x += 4)
        _mm_storeu_ps(acc + x, _mm_add_ps(_mm_loadu_ps(acc + x), _mm_mul_ps(w, luma4<rgb>(row + (rgb ? 3 : 1) * x))));
    return x;
}
#else
template <bool rgb>
std::size_t luma_fours(const std::uint8_t *, std::size_t, float *) { return 0; }

template <bool rgb>
std::size_t both_fours(const std::uint8_t *, std::size_t, float *, float) { return 0; }
#endif

void luma_baseline(const std::uint8_t *row, std::size_t width, std::size_t channels, float *out) {
    luma_from(channels == 3 ? luma_fours<true>(row, width, out) : luma_fours<false>(row, width, out), row, width, channels, out);
}

void add_baseline(float *acc, const float *luma, std::size_t width, float weight) {
    add_from(0, acc, luma, width, weight);
}

void both_baseline(const std::uint8_t *row, std::size_t width, std::size_t channels, float *acc, float weight) {
    both_from(channels == 3 ? both_fours<true>(row, width, acc, weight) : both_fours<false>(row, width, acc, weight), row,
              width, channels, acc, weight);
}

#if AMPARO_X86
// Byte shuffles that widen one colour of four RGB pixels (12 bytes) to four 32-bit lanes; -1 gives zero.
#define AMPARO_LANES(c) c, -1, -1, -1, 3 + c, -1, -1, -1, 6 + c, -1, -1, -1, 9 + c, -1, -1, -1

// Luminance of 8 pixels at p. RGB reads 28 bytes, 4 more than it uses: see `whole` below.
template <bool rgb>
AMPARO_AVX2 inline __m256 luma8(const std::uint8_t *p) {
    if (!rgb)
        return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i *>(p))));
    const __m256i bytes = _mm256_inserti128_si256(
        _mm256_castsi128_si256(_mm_loadu_si128(reinterpret_cast<const __m128i *>(p))),
        _mm_loadu_si128(reinterpret_cast<const __m128i *>(p + 12)), 1);
    const __m256i r = _mm256_shuffle_epi8(bytes, _mm256_setr_epi8(AMPARO_LANES(0), AMPARO_LANES(0)));
    const __m256i g = _mm256_shuffle_epi8(bytes, _mm256_setr_epi8(AMPARO_LANES(1), AMPARO_LANES(1)));
    const __m256i b = _mm256_shuffle_epi8(bytes, _mm256_setr_epi8(AMPARO_LANES(2), AMPARO_LANES(2)));
    const __m256 rg = _mm256_add_ps(_mm256_mul_ps(_mm256_set1_ps(0.299f), _mm256_cvtepi32_ps(r)),
                                    _mm256_mul_ps(_mm256_set1_ps(0.587f), _mm256_cvtepi32_ps(g)));
    return _mm256_add_ps(rg, _mm256_mul_ps(_mm256_set1_ps(0.114f), _mm256_cvtepi32_ps(b)));
}

// How many pixels wide loads may cover without reading past the row.
inline std::size_t whole(std::size_t width, std::size_t channels) { return channels == 3 && width >= 2 ? width - 2 : width; }

template <bool rgb>
AMPARO_AVX2 std::size_t luma_wide(const std::uint8_t *row, std::size_t safe, float *out) {
    std::size_t x = 0;
    for (; x + 8 <= safe; x += 8) _mm256_storeu_ps(out + x, luma8<rgb>(row + (rgb ? 3 : 1) * x));
    return x;
}

template <bool rgb>
AMPARO_AVX2 std::size_t both_wide(const std::uint8_t *row, std::size_t safe, float *acc, float weight) {
    const __m256 w = _mm256_set1_ps(weight);
    std::size_t x = 0;
    for (; x + 8 <= safe; x += 8)
        _mm256_storeu_ps(acc + x, _mm256_add_ps(_mm256_loadu_ps(acc + x),
                                                _mm256_mul_ps(w, luma8<rgb>(row + (rgb ? 3 : 1) * x))));
    return x;
}

void luma_avx2(const std::uint8_t *row, std::size_t width, std::size_t channels, float *out) {
    const std::size_t safe = whole(width, channels);
    luma_from(channels == 3 ? luma_wide<true>(row, safe, out) : luma_wide<false>(row, safe, out), row, width, channels, out);
}

AMPARO_AVX2 void add_avx2(float *acc, const float *luma, std::size_t width, float weight) {
    const __m256 w = _mm256_set1_ps(weight);
    std::size_t x = 0;
    for (; x + 8 <= width; x += 8)
        _mm256_storeu_ps(acc + x, _mm256_add_ps(_mm256_loadu_ps(acc + x), _mm256_mul_ps(w, _mm256_loadu_ps(luma + x))));
    add_from(x, acc, luma, width, weight);
}

void both_avx2(const std::uint8_t *row, std::size_t width, std::size_t channels, float *acc, float weight) {
    const std::size_t safe = whole(width, channels);
    both_from(channels == 3 ? both_wide<true>(row, safe, acc, weight) : both_wide<false>(row, safe, acc, weight), row,
              width, channels, acc, weight);
}

// Luminance of 16 pixels at p, as luma8. (One masked 48-byte load is slower as soon as the picture is not in cache.)
template <bool rgb>
AMPARO_AVX512 inline __m512 luma16(const std::uint8_t *p) {
    if (!rgb)
        return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i *>(p))));
    const auto lane = [p](int at) AMPARO_AVX512 { return _mm_loadu_si128(reinterpret_cast<const __m128i *>(p + at)); };
    const __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(lane(0)), lane(12), 1);
    const __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(lane(24)), lane(36), 1);
    const __m512i bytes = _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
    const __m512i r = _mm512_shuffle_epi8(bytes, _mm512_broadcast_i32x4(_mm_setr_epi8(AMPARO_LANES(0))));
    const __m512i g = _mm512_shuffle_epi8(bytes, _mm512_broadcast_i32x4(_mm_setr_epi8(AMPARO_LANES(1))));
    const __m512i b = _mm512_shuffle_epi8(bytes, _mm512_broadcast_i32x4(_mm_setr_epi8(AMPARO_LANES(2))));
    const __m512 rg = _mm512_add_ps(_mm512_mul_ps(_mm512_set1_ps(0.299f), _mm512_cvtepi32_ps(r)),
                                    _mm512_mul_ps(_mm512_set1_ps(0.587f), _mm512_cvtepi32_ps(g)));
    return _mm512_add_ps(rg, _mm512_mul_ps(_mm512_set1_ps(0.114f), _mm512_cvtepi32_ps(b)));
}

template <bool rgb>
AMPARO_AVX512 std::size_t luma_widest(const std::uint8_t *row, std::size_t safe, float *out) {
    std::size_t x = 0;
    for (; x + 16 <= safe; x += 16) _mm512_storeu_ps(out + x, luma16<rgb>(row + (rgb ? 3 : 1) * x));
    return x;
}

template <bool rgb>
AMPARO_AVX512 std::size_t both_widest(const std::uint8_t *row, std::size_t safe, float *acc, float weight) {
    const __m512 w = _mm512_set1_ps(weight);
    std::size_t x = 0;
    for (; x + 16 <= safe; x += 16)
        _mm512_storeu_ps(acc + x, _mm512_add_ps(_mm512_loadu_ps(acc + x),
                                                _mm512_mul_ps(w, luma16<rgb>(row + (rgb ? 3 : 1) * x))));
    return x;
}

void luma_avx512(const std::uint8_t *row, std::size_t width, std::size_t channels, float *out) {
    const std::size_t safe = whole(width, channels);
    luma_from(channels == 3 ? luma_widest<true>(row, safe, out) : luma_widest<false>(row, safe, out), row, width, channels,
              out);
}

AMPARO_AVX512 void add_avx512(float *acc, const float *luma, std::size_t width, float weight) {
    const __m512 w = _mm512_set1_ps(weight);
    std::size_t x = 0;
    for (; x + 16 <= width; x += 16)
        _mm512_storeu_ps(acc + x, _mm512_add_ps(_mm512_loadu_ps(acc + x), _mm512_mul_ps(w, _mm512_loadu_ps(luma + x))));
    add_from(x, acc, luma, width, weight);
}

void both_avx512(const std::uint8_t *row, std::size_t width, std::size_t channels, float *acc, float weight) {
    const std::size_t safe = whole(width, channels);
    both_from(channels == 3 ? both_widest<true>(row, safe, acc, weight) : both_widest<false>(row, safe, acc, weight),
              row, width, channels, acc, weight);
}
#endif

RowOps row_ops() {
#if AMPARO_X86
    if (cpu() == Cpu::avx512) return {luma_avx512, add_avx512, both_avx512};
    if (cpu() == Cpu::avx2) return {luma_avx2, add_avx2, both_avx2};
#endif
    return {luma_baseline, add_baseline, both_baseline};
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

// Rows of a picture, from the top, gathered to its samples.
class Gatherer {
  public:
    Gatherer(std::size_t height, std::size_t width)
        : width_(width), wy_(weights(static_cast<long>(height))), wx_(weights(static_cast<long>(width))), ops_(row_ops()),
          acc_(kSide * width, 0.0f) {}

    void pixels(std::size_t r, const std::uint8_t *row, std::size_t channels, float *luma) {
        const auto &taps = wy_->by_input[r];
        if (taps.size() == 1) {
            ops_.both(row, width_, channels, row_of(taps[0]), taps[0].weight);
        } else if (!taps.empty()) {
            ops_.luma(row, width_, channels, luma);
            this->luma(r, luma);
        }
    }

    void luma(std::size_t r, const float *luma) {
        for (const Tap &tap : wy_->by_input[r]) ops_.add(row_of(tap), luma, width_, tap.weight);
    }

    Samples samples() const {
        Samples samples;
        for (int i = 0; i < kSide; ++i) reduce_row(acc_.data() + static_cast<std::size_t>(i) * width_, *wx_, samples[i]);
        return samples;
    }

  private:
    float *row_of(const Tap &tap) { return acc_.data() + static_cast<std::size_t>(tap.output) * width_; }

    const std::size_t width_;
    const std::shared_ptr<const Weights> wy_, wx_;
    const RowOps ops_;
    std::vector<float> acc_;
};

Samples samples_of(const std::uint8_t *pixels, std::size_t height, std::size_t width, std::size_t channels) {
    Gatherer gatherer(height, width);
    std::vector<float> luma(width);
    for (std::size_t r = 0; r < height; ++r) gatherer.pixels(r, pixels + r * width * channels, channels, luma.data());
    return gatherer.samples();
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

PdqResult result_of(const Samples &samples) {
    PdqResult result;
    result.quality = quality_of(samples);
    const Frequencies b = frequencies_of(samples);
    for (int variant = 0; variant < 8; ++variant) result.hashes[static_cast<std::size_t>(variant)] = hash_of(turned(b, variant));
    return result;
}

class JpegSink final : public LumaSink {
  public:
    void begin(std::size_t width, std::size_t height) override {
        gatherer_ = std::make_unique<Gatherer>(height, width);
        row_ = 0;
    }
    void row(const float *luma) override { gatherer_->luma(row_++, luma); }
    PdqResult result() const { return result_of(gatherer_->samples()); }

  private:
    std::unique_ptr<Gatherer> gatherer_;
    std::size_t row_ = 0;
};

}  // namespace

PdqResult pdq(const std::uint8_t *pixels, std::size_t height, std::size_t width, std::size_t channels) {
    if (height < 5 || width < 5) return {};
    return result_of(samples_of(pixels, height, width, channels));
}

bool jpeg_pdq(const std::uint8_t *data, std::size_t size, std::size_t max_pixels, PdqResult &result) {
    JpegSink sink;
    if (!jpeg_luma(data, size, max_pixels, sink)) return false;
    result = sink.result();
    return true;
}

}  // namespace amparo
