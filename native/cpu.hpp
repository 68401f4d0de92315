// Which instructions the kernels use: chosen once at import, by AMPARO_CPU or else the best this processor has.
#pragma once

#include <string>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__)
#define AMPARO_X86 1
#define AMPARO_AVX2 __attribute__((target("avx2,popcnt")))
#define AMPARO_AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vpopcntdq,avx512bitalg,popcnt")))
#else
#define AMPARO_X86 0
#endif

namespace amparo {

enum class Cpu { baseline, avx2, avx512 };

const char *name_of(Cpu path);

// The paths this processor can run, slowest first; baseline is always there.
std::vector<Cpu> present_paths();

// The path in use.
Cpu cpu();

// Use the path called `name`. Throws std::invalid_argument, in words for the user, if it is unknown or absent.
void use_cpu(const std::string &name);

// Read AMPARO_CPU, called once when the module is imported. Throws as use_cpu does.
void choose_cpu_from_environment();

}  // namespace amparo
