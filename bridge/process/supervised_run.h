// One run of a tap inside the supervisor's loop: its pipes, its minder and the order of its
// stopping.
#pragma once

#include "process/minder.h"
#include "process/spawn.h"
#include "process/supervisor.h"

#include <optional>
#include <vector>

namespace tapbridge::process {

class Supervisor::Run {
public:
    Run(Supervisor& supervisor, const TapCommand& command, TapHandler& handler,
        const RunLimits& limits);

    TapOutcome loop();
    // The way out when the handler has thrown.
    void put_down();

    // Reaps whatever is dead, among it the minder.
    void reap();
    void stop(StopReason reason);
    void kill_now();

private:
    enum class Phase { running, terminating, killing };

    bool finished() const;
    bool handler_may_write() const;
    void wait();
    int wait_ms() const;
    void act_on_time();

    void read_reports();
    void on_report(const MinderReport& report);
    void on_tap_end(TapExit exit);
    void on_minder_lost();
    void send_order(MinderOrder order);

    bool write_out();
    void pump_stdout();
    void pump_stderr();
    void end_stdout();
    void end_stderr();
    void after_handler();
    void terminate(std::chrono::milliseconds grace);
    void kill_at(Clock::time_point at);
    void kill_if_drained();
    void consider_abandoning(Clock::time_point now);
    void abandon();

    Supervisor& m_supervisor;
    Output& m_output;
    TapHandler& m_handler;
    const RunLimits m_limits;
    SpawnedMinder m_minder;
    std::vector<char> m_chunk;
    bool m_minder_reaped = false;
    bool m_stop_asked = false;
    std::optional<TapExit> m_exit;
    StopReason m_reason = StopReason::none;
    Phase m_phase = Phase::running;

    std::optional<Clock::time_point> m_timeout_at;
    std::optional<Clock::time_point> m_hung_at;    // stdout has ended, the tap has not
    std::optional<Clock::time_point> m_kill_at;    // the end of a grace
    std::optional<Clock::time_point> m_abandon_at; // KILL has not helped
    bool m_quiet = false; // the pipes were looked at, and nothing was there
    int m_rounds = 0;     // of waiting although KILL has not helped
    bool m_drained = true;
};

} // namespace tapbridge::process
