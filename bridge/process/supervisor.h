// Runs one tap at a time, from its start until nothing of it is left: one thread, one loop over its
// stdout and stderr, the minder's socket, signals, timers and our own stdout.
#pragma once

#include "process/output.h"
#include "process/tap_process.h"
#include "util/time.h"

#include <signal.h>

#include <chrono>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace tapbridge::process {

// What becomes of what the tap says. Called from the loop, never concurrently. What a handler wants
// to come out it appends to Output::buffer(); the loop reads no more from the tap while that cannot
// be written.
class TapHandler {
public:
    virtual ~TapHandler() = default;

    virtual std::span<char> stdout_space() = 0;    // where the next chunk goes; never empty
    virtual void on_stdout(std::size_t bytes) = 0; // so many bytes stand there now
    virtual void on_stdout_end() = 0;
    virtual void on_stderr(std::string_view chunk) = 0;
    virtual void on_stderr_end() = 0;

    // When on_deadline() is to be called, if nothing else happens; asked before every wait.
    virtual std::optional<Clock::time_point> deadline() const { return std::nullopt; }
    virtual void on_deadline() {}

    // Asked after every call: true ends the run (TERM, grace, KILL). What the tap still says is
    // handed on.
    virtual bool wants_stop() const { return false; }
};

enum class StopReason {
    none,          // the tap ended by itself
    handler,       // wants_stop()
    timeout,       // RunLimits::timeout
    hung,          // it closed its stdout and did not end within the grace
    idle,          // RunLimits::idle
    fatal_signal,  // we were told to end: fatal_signal()
    reader_gone,   // nobody reads our stdout
    output_failed, // our stdout cannot be written: Output::error()
    orphaned       // it ended by itself, but what it left behind wrote on and had to be killed
};

struct RunLimits {
    std::chrono::milliseconds grace{10'000};
    std::optional<std::chrono::milliseconds> timeout; // of the whole run
    // Without a byte on stdout or stderr. Time in which the tap was not listened to (a slow reader,
    // a frozen bridge) does not count.
    std::optional<std::chrono::milliseconds> idle;
};

struct TapOutcome {
    TapExit exit;
    StopReason stopped_by = StopReason::none;
    // All that the tap wrote has been read. False only where a process that cannot be killed went
    // on writing.
    bool drained = true;
};

class Supervisor {
public:
    // Takes over TERM, INT, HUP and QUIT (those that are not ignored on entry), CHLD and PIPE of
    // the process; becomes a subreaper; switches core dumps off. The destructor gives the signals
    // back, and a fatal one that has come meanwhile ends the process then: what must be cleaned up
    // is to be made after this object.
    explicit Supervisor(Output& output);
    ~Supervisor();
    Supervisor(const Supervisor&) = delete;
    Supervisor& operator=(const Supervisor&) = delete;

    // Done means: stdout and stderr drained to their end, tap reaped, nothing of it left, and
    // everything the handler put out before the end written or known to be unwritable. A descendant
    // that holds a pipe after the tap's exit is given the grace, then killed. Where stdout has
    // brought more than the tap itself wrote, it may be the real tap behind a launcher that does
    // not wait: then killing it is StopReason::orphaned, and an end of its own in failure takes the
    // place of an exit status of 0. A second fatal signal cuts the grace short (not one within 100
    // ms: timeout(1) and the like signal the process and then its whole group). The reader's end
    // kills at once, without grace; what the tap still says is not handed on then, only its end.
    // Once a fatal signal has come, or nobody reads, nothing is started: the exit is `lost`.
    TapOutcome run(const TapCommand& command, TapHandler& handler, const RunLimits& limits);

    // Writes out what is left. After a fatal signal it gives up when the reader does not take it
    // within the grace that is left. False where something could not be written.
    bool flush();

    int fatal_signal() const { return m_fatal_signal; } // 0 = none
    bool reader_gone() const { return m_reader_gone; }

private:
    class Run;

    void take_signals();
    void read_signals(Run* run);
    void on_fatal_signal(int signal, Run* run);
    bool unwritable() const { return m_reader_gone || m_output_failed; }
    // Writes what goes; false where the reader is slow or gone.
    bool write_out();
    void give_up_output();

    Output& m_output;
    Fd m_signals;
    sigset_t m_mask_on_entry{};
    struct sigaction m_pipe_on_entry {};
    struct sigaction m_child_on_entry {};
    std::vector<pid_t> m_children_on_entry; // of whatever called exec on us: not ours to kill
    std::chrono::milliseconds m_grace{10'000};
    int m_fatal_signal = 0;
    Clock::time_point m_fatal_at{};
    Clock::time_point
        m_give_up{}; // when a slow reader is no longer waited for, after a fatal signal
    bool m_reader_gone = false;
    bool m_output_failed = false;
};

// While this lives a fatal signal ends the process at once, as without a Supervisor: for a wait
// that cannot be part of the loop (for an input that is a pipe), while there is nothing to clean
// up.
class SignalsLetThrough {
public:
    SignalsLetThrough();
    ~SignalsLetThrough();
    SignalsLetThrough(const SignalsLetThrough&) = delete;
    SignalsLetThrough& operator=(const SignalsLetThrough&) = delete;

private:
    sigset_t m_before{};
    std::vector<std::pair<int, struct sigaction>> m_actions_before; // of process 1
};

// Ends this process as the signal would have: restores its default action and raises it; where that
// does nothing (PID 1), exits with 128 + signal.
[[noreturn]] void end_by_signal(int signal);

} // namespace tapbridge::process
