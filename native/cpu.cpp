#include "cpu.hpp"

#include <atomic>
#include <cstdlib>
#include <stdexcept>

namespace amparo {
namespace {

std::atomic<Cpu> chosen{Cpu::baseline};

bool has_avx2() {
#if AMPARO_X86
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("popcnt");
#else
    return false;
#endif
}

bool has_avx512() {
#if AMPARO_X86
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vpopcntdq") && __builtin_cpu_supports("avx512bitalg");
#else
    return false;
#endif
}

std::string names_of_present() {
    std::string names;
    for (Cpu path : present_paths()) {
        names += names.empty() ? "" : ", ";
        names += name_of(path);
    }
    return names;
}

}  // namespace

const char *name_of(Cpu path) {
    switch (path) {
        case Cpu::avx2: return "avx2";
        case Cpu::avx512: return "avx512";
        default: return "baseline";
    }
}

std::vector<Cpu> present_paths() {
    std::vector<Cpu> paths{Cpu::baseline};
    if (has_avx2()) paths.push_back(Cpu::avx2);
    if (has_avx512()) paths.push_back(Cpu::avx512);
    return paths;
}

Cpu cpu() { return chosen.load(std::memory_order_relaxed); }

void use_cpu(const std::string &name) {
    for (Cpu path : present_paths()) {
        if (name == name_of(path)) {
            chosen.store(path, std::memory_order_relaxed);
            return;
        }
    }
    throw std::invalid_argument("AMPARO_CPU: this machine has no path called '" + name + "'; it has: " + names_of_present());
}

void choose_cpu_from_environment() {
    const char *wanted = std::getenv("AMPARO_CPU");
    use_cpu(wanted && *wanted ? std::string(wanted) : std::string(name_of(present_paths().back())));
}

}  // namespace amparo
