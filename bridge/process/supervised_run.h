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
    std::optional<Clock::time_point> idle_at() const;
    void act_on_silence(Clock::time_point now);
    void count_as_deaf(Clock::duration time);
    Clock::time_point hung_at() const;
    void act_on_time();

    void read_reports();
    void on_report(const MinderReport& report);
    void on_tap_end(TapExit exit, std::int64_t written = -1);
    void on_minder_lost();
    void send_order(MinderOrder order);

    // What a tap leaves behind that writes on: a launcher that did not wait for it.
    void note_orphan(std::size_t bytes);
    bool orphan_wrote() const;
    bool grace_is_of_orphan() const;
    void end_grace();
    void kill_if_drained();
    TapOutcome judged() const;

    bool write_out();
    void pump_stdout();
    void pump_stderr();
    void end_stdout();
    void end_stderr();
    void after_handler();
    void terminate(std::chrono::milliseconds grace);
    void kill_at(Clock::time_point at);
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
    std::uint64_t m_stdout_bytes = 0;
    std::int64_t m_tap_written = -1;  // MinderReport::written
    std::size_t m_unread_at_exit = 0; // of what was in its pipe then
    bool m_late_bytes = false;        // more came than that
    bool m_alone = false;             // MinderReport::Kind::alone
    bool m_cut_off = false;           // something was killed that held the tap's stdout
    std::optional<TapExit> m_orphan_failure;
    StopReason m_reason = StopReason::none;
    Phase m_phase = Phase::running;

    std::optional<Clock::time_point> m_timeout_at;
    Clock::time_point m_heard_at = Clock::now();   // or could not be listened to
    std::optional<Clock::time_point> m_hung_at;    // stdout has ended, the tap has not
    std::optional<Clock::time_point> m_kill_at;    // the end of a grace
    std::optional<Clock::time_point> m_abandon_at; // KILL has not helped
    bool m_quiet = false; // the pipes were looked at, and nothing was there
    int m_rounds = 0;     // of waiting although KILL has not helped
    bool m_drained = true;
};

} // namespace tapbridge::process
