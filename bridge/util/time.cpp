#include "util/time.h"

#include <atomic>

namespace tapbridge {

std::int64_t now_ms()
{
    static std::atomic<std::int64_t> latest{0};
    using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::system_clock;
    const std::int64_t now =
        duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
    std::int64_t seen = latest.load(std::memory_order_relaxed);
    while (seen < now && !latest.compare_exchange_weak(seen, now, std::memory_order_relaxed)) {
    }
    return seen < now ? now : seen;
}

std::string duration_text(std::chrono::milliseconds duration)
{
    const auto ms = duration.count();
    return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

} // namespace tapbridge
