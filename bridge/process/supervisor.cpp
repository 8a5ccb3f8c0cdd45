#include "process/supervisor.h"

#include "airbyte/error.h"
#include "process/children.h"
#include "process/supervised_run.h"

#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

namespace tapbridge::process {

namespace {

using namespace std::chrono_literals;

constexpr std::array k_fatal_signals{SIGTERM, SIGINT, SIGHUP, SIGQUIT};
// Signals closer together than this are one order.
constexpr auto k_same_order = 100ms;
// For what remains to be written once the tap is dead.
constexpr auto k_last_words = 1000ms;

bool ignored(int signal)
{
    struct sigaction action {};
    return ::sigaction(signal, nullptr, &action) == 0 && action.sa_handler == SIG_IGN;
}

} // namespace

Supervisor::Supervisor(Output& output) : m_output(output), m_children_on_entry(list_children())
{
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    rlimit core{};
    ::getrlimit(RLIMIT_CORE, &core);
    // 1: too little for a file, and the one size at which the kernel hands nothing to a program
    // that collects core dumps, whatever its limit says (core(5)).
    core.rlim_cur = std::min<rlim_t>(core.rlim_max, 1);
    ::setrlimit(RLIMIT_CORE, &core);
    take_signals();
}

Supervisor::~Supervisor()
{
    ::sigaction(SIGPIPE, &m_pipe_on_entry, nullptr);
    ::sigaction(SIGCHLD, &m_child_on_entry, nullptr);
    ::sigprocmask(SIG_SETMASK, &m_mask_on_entry, nullptr);
}

void Supervisor::take_signals()
{
    struct sigaction action {};
    action.sa_handler = SIG_IGN;
    ::sigaction(SIGPIPE, &action, &m_pipe_on_entry);
    action.sa_handler = SIG_DFL; // ignored, it would reap without us
    ::sigaction(SIGCHLD, &action, &m_child_on_entry);

    sigset_t signals;
    ::sigemptyset(&signals);
    ::sigaddset(&signals, SIGCHLD);
    for (const int signal : k_fatal_signals)
        if (!ignored(signal)) // nohup
            ::sigaddset(&signals, signal);
    ::sigprocmask(SIG_BLOCK, &signals, &m_mask_on_entry);
    m_signals = Fd(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
    if (!m_signals) // deaf to TERM and to the tap's end, it would never end itself
        airbyte::throw_system_error(std::string("Signals cannot be received: ") +
                                    std::strerror(errno) +
                                    ". Raise the limit of open files (ulimit -n).");
}

void Supervisor::read_signals(Run* run)
{
    bool children = false;
    signalfd_siginfo info{};
    while (::read(m_signals.get(), &info, sizeof info) == sizeof info) {
        if (info.ssi_signo == SIGCHLD)
            children = true;
        else
            on_fatal_signal(static_cast<int>(info.ssi_signo), run);
    }
    if (children && run)
        run->reap();
    else if (children)
        while (::waitpid(-1, nullptr, WNOHANG) > 0) {
        }
}

void Supervisor::on_fatal_signal(int signal, Run* run)
{
    const auto now = Clock::now();
    if (m_fatal_signal == 0) {
        m_fatal_signal = signal;
        m_fatal_at = now;
        m_give_up = now + m_grace + k_last_words;
        if (run)
            run->stop(StopReason::fatal_signal);
    } else if (now - m_fatal_at > k_same_order) {
        m_give_up = std::min(m_give_up, now + k_last_words);
        if (run)
            run->kill_now();
    }
}

TapOutcome Supervisor::run(const TapCommand& command, TapHandler& handler, const RunLimits& limits)
{
    m_grace = limits.grace;
    read_signals(nullptr);
    if (m_fatal_signal != 0)
        return {{}, StopReason::fatal_signal};
    if (unwritable())
        return {{}, m_reader_gone ? StopReason::reader_gone : StopReason::output_failed};
    Run run(*this, command, handler, limits);
    try {
        return run.loop();
    } catch (...) {
        run.put_down();
        throw;
    }
}

bool Supervisor::write_out()
{
    switch (m_output.flush()) {
    case Output::Result::done:
        return true;
    case Output::Result::blocked:
        return false;
    case Output::Result::gone:
        m_reader_gone = true;
        return false;
    case Output::Result::failed:
        break;
    }
    m_output_failed = true;
    return false;
}

void Supervisor::give_up_output()
{
    m_output_failed = true;
    m_output.abandon(Output::Result::failed);
}

bool Supervisor::flush()
{
    for (;;) {
        if (write_out())
            return true;
        if (unwritable())
            return false;
        int wait_ms = -1;
        if (m_fatal_signal != 0) {
            const auto left =
                std::chrono::ceil<std::chrono::milliseconds>(m_give_up - Clock::now());
            if (left <= 0ms) {
                give_up_output();
                return false;
            }
            wait_ms = static_cast<int>(left.count());
        }
        std::array<pollfd, 2> fds{{{m_signals.get(), POLLIN, 0}, {m_output.poll_fd(), POLLOUT, 0}}};
        ::poll(fds.data(), fds.size(), wait_ms);
        read_signals(nullptr);
    }
}

SignalsLetThrough::SignalsLetThrough()
{
    sigset_t signals;
    ::sigemptyset(&signals);
    for (const int signal : k_fatal_signals) {
        if (ignored(signal))
            continue;
        ::sigaddset(&signals, signal);
        if (::getpid() != 1)
            continue;
        struct sigaction before {};
        struct sigaction ending {};
        ending.sa_handler = [](int number) { ::_exit(128 + number); }; // the kernel would not
        ::sigaction(signal, &ending, &before);
        m_actions_before.emplace_back(signal, before);
    }
    ::sigprocmask(SIG_UNBLOCK, &signals, &m_before);
}

SignalsLetThrough::~SignalsLetThrough()
{
    ::sigprocmask(SIG_SETMASK, &m_before, nullptr);
    for (const auto& [signal, action] : m_actions_before)
        ::sigaction(signal, &action, nullptr);
}

void end_by_signal(int signal)
{
    ::signal(signal, SIG_DFL);
    sigset_t only;
    ::sigemptyset(&only);
    ::sigaddset(&only, signal);
    ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
    ::raise(signal);
    ::_exit(128 + signal);
}

} // namespace tapbridge::process
