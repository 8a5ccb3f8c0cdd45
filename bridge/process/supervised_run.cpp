#include "process/supervised_run.h"

#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace tapbridge::process {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t k_chunk = 64 * 1024;
// How long a killed process is waited for, or one of another user, which cannot be killed.
constexpr auto k_patience = 10s;
constexpr auto k_timeout_grace = 2000ms;
// A wait that took so much longer than asked for was slept through: we were stopped, and the tap
// may have been. While a deadline counts that it could break, no wait is long.
constexpr auto k_frozen = 1s;
constexpr auto k_short_wait = 500ms;
// From the end of stdout to that of the process: a grace of nothing would find every tap hung.
constexpr std::chrono::milliseconds k_least_hung = 1s;
constexpr int k_most_rounds = 6; // of that patience, with one that cannot be killed and writes on

using OptionalTime = std::optional<Clock::time_point>;

bool due(const OptionalTime& at, Clock::time_point now)
{
    return at && *at <= now;
}

TapExit from_status(int status)
{
    if (WIFSIGNALED(status))
        return {TapExit::Kind::signalled, WTERMSIG(status)};
    return {TapExit::Kind::exited, WEXITSTATUS(status)};
}

} // namespace

Supervisor::Run::Run(Supervisor& supervisor, const TapCommand& command, TapHandler& handler,
                     const RunLimits& limits)
    : m_supervisor(supervisor), m_output(supervisor.m_output), m_handler(handler), m_limits(limits),
      m_minder(spawn_minder(command)), m_chunk(k_chunk)
{
    if (limits.timeout)
        m_timeout_at = Clock::now() + *limits.timeout;
}

TapOutcome Supervisor::Run::loop()
{
    while (!finished())
        wait();
    return judged();
}

bool Supervisor::Run::finished() const
{
    return m_minder_reaped && !m_minder.socket && !m_minder.tap_stdout && !m_minder.tap_stderr &&
           m_output.empty();
}

bool Supervisor::Run::handler_may_write() const
{
    return m_output.empty() && !m_supervisor.unwritable();
}

// While something cannot be written the tap's pipes are left alone; everything else goes on.
void Supervisor::Run::wait()
{
    const bool read = m_output.empty();
    const int output = m_supervisor.unwritable() ? -1 : m_output.poll_fd();
    std::array<pollfd, 5> fds{{{m_supervisor.m_signals.get(), POLLIN, 0},
                               {m_minder.socket.get(), POLLIN, 0},
                               {output, static_cast<short>(read ? 0 : POLLOUT), 0},
                               {read ? m_minder.tap_stdout.get() : -1, POLLIN, 0},
                               {read ? m_minder.tap_stderr.get() : -1, POLLIN, 0}}};
    const int asked = wait_ms();
    const auto before = Clock::now();
    ::poll(fds.data(), fds.size(), asked);
    const auto took = Clock::now() - before;
    if (!read)
        count_as_deaf(took); // it is the reader who is slow
    else if (asked >= 0 && took - std::chrono::milliseconds(asked) > k_frozen)
        count_as_deaf(took - std::chrono::milliseconds(asked));
    m_quiet = read && fds[3].revents == 0 && fds[4].revents == 0;

    if (fds[0].revents != 0)
        m_supervisor.read_signals(this);
    if (fds[1].revents != 0)
        read_reports();
    if ((fds[2].revents & (POLLERR | POLLHUP)) != 0) {
        m_supervisor.m_reader_gone = true;
        m_output.abandon(Output::Result::gone);
        stop(StopReason::reader_gone);
    }
    if (fds[3].revents != 0)
        pump_stdout();
    if (fds[4].revents != 0 && m_output.empty())
        pump_stderr();
    write_out();
    act_on_time();
}

int Supervisor::Run::wait_ms() const
{
    OptionalTime next;
    const auto consider = [&next](const OptionalTime& at) {
        if (at && (!next || *at < *next))
            next = at;
    };
    consider(m_timeout_at);
    consider(m_hung_at);
    consider(idle_at());
    consider(m_kill_at);
    consider(m_abandon_at);
    if (handler_may_write())
        consider(m_handler.deadline());
    else if (m_supervisor.m_fatal_signal != 0)
        consider(m_supervisor.m_give_up);
    if (!next)
        return -1;
    const bool breakable = m_hung_at || m_kill_at || m_limits.idle;
    const auto most = breakable ? std::chrono::milliseconds(k_short_wait) : 24h;
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now());
    return static_cast<int>(std::clamp<std::chrono::milliseconds>(left, 0ms, most).count());
}

void Supervisor::Run::act_on_time()
{
    const auto now = Clock::now();
    if (due(m_timeout_at, now))
        stop(StopReason::timeout);
    if (due(m_kill_at, now))
        end_grace();
    if (due(m_hung_at, now))
        stop(StopReason::hung);
    act_on_silence(now);
    if (due(m_abandon_at, now))
        consider_abandoning(now);
    if (handler_may_write() && due(m_handler.deadline(), now)) {
        m_handler.on_deadline();
        after_handler();
        write_out();
    } else if (!m_output.empty() && m_supervisor.m_fatal_signal != 0 &&
               m_supervisor.m_give_up <= now) {
        m_supervisor.give_up_output();
        stop(StopReason::output_failed);
    }
}

// Once it has closed its stdout, the grace of m_hung_at decides.
OptionalTime Supervisor::Run::idle_at() const
{
    if (!m_limits.idle || m_exit || m_phase != Phase::running || !m_minder.tap_stdout)
        return std::nullopt;
    return m_heard_at + *m_limits.idle;
}

void Supervisor::Run::act_on_silence(Clock::time_point now)
{
    const OptionalTime at = idle_at();
    if (!due(at, now))
        return;
    if (m_quiet)
        stop(StopReason::idle);
    else
        m_heard_at = now;
}

// In that time the tap could say nothing, or was not listened to.
void Supervisor::Run::count_as_deaf(Clock::duration time)
{
    m_heard_at += time;
    if (m_hung_at)
        *m_hung_at += time;
    if (m_kill_at && grace_is_of_orphan())
        *m_kill_at += time;
}

Clock::time_point Supervisor::Run::hung_at() const
{
    return Clock::now() + std::max(m_limits.grace, k_least_hung);
}

void Supervisor::Run::read_reports()
{
    for (;;) {
        MinderReport report{};
        const ssize_t got = ::recv(m_minder.socket.get(), &report, sizeof report, 0);
        if (got == static_cast<ssize_t>(sizeof report)) {
            on_report(report);
        } else if (got >= 0 || (errno != EAGAIN && errno != EINTR)) {
            m_minder.socket.reset(); // its process is about to be reaped
            return;
        } else if (errno == EAGAIN) {
            return;
        }
    }
}

void Supervisor::Run::on_report(const MinderReport& report)
{
    switch (report.kind) {
    case MinderReport::Kind::started:
        break;
    case MinderReport::Kind::exec_error:
        on_tap_end({TapExit::Kind::not_started, report.value});
        break;
    case MinderReport::Kind::exited:
        on_tap_end(from_status(report.value), report.written);
        break;
    case MinderReport::Kind::orphan_failed:
        m_orphan_failure = from_status(report.value);
        break;
    case MinderReport::Kind::alone:
        m_alone = true;
        kill_if_drained();
        break;
    }
}

void Supervisor::Run::on_tap_end(TapExit exit, std::int64_t written)
{
    m_exit = exit;
    m_tap_written = written;
    m_timeout_at.reset();
    m_hung_at.reset();
    kill_at(Clock::now() + m_limits.grace); // for a descendant that holds a pipe
    int unread = 0;
    if (m_minder.tap_stdout && ::ioctl(m_minder.tap_stdout.get(), FIONREAD, &unread) == 0)
        m_unread_at_exit = static_cast<std::size_t>(unread);
    kill_if_drained();
}

void Supervisor::Run::send_order(MinderOrder order)
{
    if (m_minder.socket) // where the minder is gone, its end will be noticed
        ::send(m_minder.socket.get(), &order, sizeof order, MSG_NOSIGNAL);
}

void Supervisor::Run::reap()
{
    for (;;) {
        int status = 0;
        const pid_t pid = ::waitpid(-1, &status, WNOHANG | WUNTRACED);
        if (pid <= 0)
            return;
        if (pid != m_minder.pid)
            continue;
        if (WIFSTOPPED(status)) { // by somebody else: it must see to its tap
            ::kill(pid, SIGCONT);
            continue;
        }
        m_minder_reaped = true;
        if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
            on_minder_lost();
            return;
        }
    }
}

// Somebody killed it: its tap died with it, and what else there was has become ours.
void Supervisor::Run::on_minder_lost()
{
    if (grace_is_of_orphan() && (m_minder.tap_stdout || orphan_wrote()))
        m_exit = TapExit{}; // what wrote on, or could, has been killed in the midst of it
    m_minder_reaped = true;
    m_timeout_at.reset();
    m_hung_at.reset();
    m_kill_at.reset();
    m_phase = Phase::killing;
    kill_and_reap_children(m_supervisor.m_children_on_entry, k_patience);
    m_abandon_at = Clock::now() + k_patience;
}

void Supervisor::Run::stop(StopReason reason)
{
    const bool ours = reason == StopReason::handler || reason == StopReason::timeout ||
                      reason == StopReason::hung || reason == StopReason::idle;
    if (ours && (m_exit || m_phase != Phase::running)) {
        terminate(m_limits.grace);
        return;
    }
    if (m_reason != StopReason::reader_gone && m_reason != StopReason::fatal_signal)
        m_reason = reason;
    if (reason == StopReason::reader_gone || reason == StopReason::output_failed)
        kill_now();
    else if (reason == StopReason::timeout)
        terminate(std::min<std::chrono::milliseconds>(m_limits.grace, k_timeout_grace));
    else
        terminate(m_limits.grace);
}

void Supervisor::Run::terminate(std::chrono::milliseconds grace)
{
    m_timeout_at.reset();
    m_hung_at.reset();
    if (m_phase == Phase::killing)
        return;
    if (m_phase == Phase::running)
        send_order(MinderOrder::terminate);
    m_phase = Phase::terminating;
    kill_at(Clock::now() + grace);
}

void Supervisor::Run::kill_at(Clock::time_point at)
{
    if (m_phase != Phase::killing)
        m_kill_at = std::min(m_kill_at.value_or(at), at);
}

void Supervisor::Run::kill_now()
{
    m_timeout_at.reset();
    m_hung_at.reset();
    m_kill_at.reset();
    if (m_phase == Phase::killing)
        return;
    m_phase = Phase::killing;
    send_order(MinderOrder::kill_all);
    m_abandon_at = Clock::now() + k_patience;
}

// What still lies in the pipes is never thrown away while it can be read: only pipes that were just
// found empty are given up, or those that a process which nothing can kill goes on filling.
void Supervisor::Run::consider_abandoning(Clock::time_point now)
{
    const bool reader_is_slow = !m_output.empty();
    if (!m_quiet && (reader_is_slow || ++m_rounds < k_most_rounds)) {
        m_abandon_at = now + k_patience;
        return;
    }
    m_drained = m_quiet;
    abandon();
}

// Something cannot be killed, and may hold the pipes for ever.
void Supervisor::Run::abandon()
{
    m_abandon_at.reset();
    if (!m_minder_reaped)
        ::kill(m_minder.pid, SIGKILL);
    kill_and_reap_children(m_supervisor.m_children_on_entry, 1s);
    m_minder_reaped = true;
    m_minder.socket.reset();
    if (m_minder.tap_stdout)
        end_stdout();
    if (m_minder.tap_stderr)
        end_stderr();
}

void Supervisor::Run::put_down()
{
    m_minder.tap_stdout.reset();
    m_minder.tap_stderr.reset();
    m_minder.socket.reset(); // an order to kill everything
    const auto give_up = Clock::now() + k_patience;
    while (!m_minder_reaped && Clock::now() < give_up) {
        const pid_t pid = ::waitpid(m_minder.pid, nullptr, WNOHANG);
        m_minder_reaped = pid != 0;
        if (pid == 0)
            ::poll(nullptr, 0, 1);
    }
    kill_and_reap_children(m_supervisor.m_children_on_entry, 1s);
}

} // namespace tapbridge::process
