// C++'s peers beside a loop over a vector of callbacks. Built and run by cpp.sh.
//
// Candidates take turns, round by round, and print a line of JSON each: what src/harness does, in C++. HAVE_BOOST and
// HAVE_SIGSLOT say which peers are at hand.

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#ifdef HAVE_BOOST
#include <boost/signals2.hpp>
#include <boost/version.hpp>
#endif
#ifdef HAVE_SIGSLOT
#include SIGSLOT_HEADER
#endif

namespace {

struct P {
    std::uint64_t v;
};

// The compiler has to have this value in memory, and knows nothing about it afterwards: what Rust's does.
template <typename T>
inline T black_box(T value) {
    asm volatile("" : : "r"(&value) : "memory");
    return value;
}

// The nearest to Rust's `Box<dyn Fn>`. A `std::function` costs the same to call.
struct Callback {
    virtual ~Callback() = default;
    virtual void call(const P& p) const = 0;
};

struct Xor final : Callback {
    explicit Xor(std::uint64_t number) : i(number) {}
    void call(const P& p) const override { black_box(p.v ^ i); }
    std::uint64_t i;
};

using Clock = std::chrono::steady_clock;

// Does an operation so many times, and gives the nanoseconds that took.
struct Case {
    std::string name;
    std::function<double(std::uint64_t)> run;
};

template <typename Operation>
Case loop(std::string name, Operation operation) {
    return {std::move(name), [operation](std::uint64_t count) mutable {
                const auto start = Clock::now();
                for (std::uint64_t i = 0; i < count; ++i) {
                    operation();
                }
                return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
            }};
}

std::size_t rounds = 15;
double round_ns = 20e6;

std::uint64_t calibrate(Case& candidate) {
    std::uint64_t count = 1;
    for (;;) {
        // Twice: something else may have run in between.
        const double taken = std::min(candidate.run(count), candidate.run(count));
        if (taken * 4 >= round_ns) {
            return std::max<std::uint64_t>(1, static_cast<std::uint64_t>(count * round_ns / taken));
        }
        count *= 2;
    }
}

void tell(const std::string& candidate, std::size_t n, const std::vector<double>& values) {
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const double median = (sorted[sorted.size() / 2] + sorted[(sorted.size() - 1) / 2]) / 2;
    std::printf("{\"question\": \"cpp\", \"candidate\": \"%s\", \"n\": %zu, \"unit\": \"ns\", ",
                candidate.c_str(), n);
    std::printf("\"median\": %.4f, \"min\": %.4f, \"max\": %.4f, \"rounds\": [", median,
                sorted.front(), sorted.back());
    for (std::size_t i = 0; i < values.size(); ++i) {
        std::printf("%s%.4f", i == 0 ? "" : ", ", values[i]);
    }
    std::printf("]}\n");
    std::fflush(stdout);
    std::fprintf(stderr, "%-18s %-44s %8zu %14.2f ns\n", "cpp", candidate.c_str(), n, median);
}

void compare(std::size_t n, std::vector<Case> cases) {
    std::vector<std::uint64_t> counts;
    for (Case& candidate : cases) {
        counts.push_back(calibrate(candidate));
    }
    std::vector<std::vector<double>> values(cases.size());
    for (std::size_t turn = 0; turn < rounds; ++turn) {
        for (std::size_t step = 0; step < cases.size(); ++step) {
            const std::size_t at = (turn + step) % cases.size();
            values[at].push_back(cases[at].run(counts[at]) / static_cast<double>(counts[at]));
        }
    }
    for (std::size_t at = 0; at < cases.size(); ++at) {
        tell(cases[at].name, n, values[at]);
    }
}

void compare_all(std::size_t n) {
    std::vector<Case> cases;

    const auto raw = std::make_shared<std::vector<std::unique_ptr<Callback>>>();
    for (std::uint64_t i = 0; i < n; ++i) {
        raw->push_back(std::make_unique<Xor>(i));
    }
    cases.push_back(loop("raw loop", [raw] {
        const P p{black_box<std::uint64_t>(7)};
        for (const auto& callback : *raw) {
            callback->call(p);
        }
    }));

#ifdef HAVE_BOOST
    const auto boost_signal = std::make_shared<boost::signals2::signal<void(const P&)>>();
    for (std::uint64_t i = 0; i < n; ++i) {
        boost_signal->connect([i](const P& p) { black_box(p.v ^ i); });
    }
    cases.push_back(loop("Boost.Signals2", [boost_signal] {
        (*boost_signal)(P{black_box<std::uint64_t>(7)});
    }));
#endif

#ifdef HAVE_SIGSLOT
    // The thread-safe one, as ours is.
    const auto sigslot_signal = std::make_shared<sigslot::signal<const P&>>();
    for (std::uint64_t i = 0; i < n; ++i) {
        sigslot_signal->connect([i](const P& p) { black_box(p.v ^ i); });
    }
    cases.push_back(loop("sigslot", [sigslot_signal] {
        (*sigslot_signal)(P{black_box<std::uint64_t>(7)});
    }));
#endif

    compare(n, std::move(cases));
}

}  // namespace

int main(int count, char** words) {
    for (int i = 1; i < count; ++i) {
        if (std::strcmp(words[i], "--quick") == 0) {
            rounds = 3;
            round_ns = 2e6;
        }
    }
    std::printf("{\"peer\": \"C++\", \"version\": \"g++ %s\"}\n", __VERSION__);
#ifdef HAVE_BOOST
    std::printf("{\"peer\": \"Boost.Signals2\", \"version\": \"%d.%d.%d\"}\n", BOOST_VERSION / 100000,
                BOOST_VERSION / 100 % 1000, BOOST_VERSION % 100);
#endif
#ifdef HAVE_SIGSLOT
    std::printf("{\"peer\": \"sigslot\", \"version\": \"%s\"}\n", SIGSLOT_VERSION);
#endif
    for (const std::size_t n : {1, 10, 100, 1000, 10000}) {
        compare_all(n);
    }
}
