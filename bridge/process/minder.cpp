#include "process/minder.h"

#include "process/children.h"
#include "util/fd.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <string>
#include <string_view>
#include <utility>

namespace tapbridge::process {

namespace {

constexpr int k_bridge = STDIN_FILENO;
constexpr int k_usage = 2;

struct TapCall {
    const char* cwd = nullptr;
    char** argv = nullptr; // ends with a null pointer, as main() got it
};

bool parse(int argc, char** argv, TapCall& call)
{
    int at = 2; // behind the program and the mode
    if (at + 1 < argc && std::string_view(argv[at]) == "--cwd") {
        call.cwd = argv[at + 1];
        at += 2;
    }
    if (at + 1 >= argc || std::string_view(argv[at]) != "--")
        return false;
    call.argv = argv + at + 1;
    return true;
}

// A user who types the hidden mode has no such socket.
bool started_by_bridge()
{
    int type = 0;
    socklen_t size = sizeof type;
    return ::getsockopt(k_bridge, SOL_SOCKET, SO_TYPE, &type, &size) == 0 && type == SOCK_SEQPACKET;
}

// As execvp, but never by a shell: execvp would hand a file without "#!" to /bin/sh. Returns errno.
int exec_in_path(char** argv)
{
    const std::string_view program = argv[0];
    if (program.find('/') != std::string_view::npos || program.empty()) {
        ::execv(argv[0], argv);
        return errno;
    }
    const char* variable = ::getenv("PATH");
    std::string_view path = variable ? variable : "/bin:/usr/bin";
    int result = ENOENT;
    for (bool more = true; more;) {
        const std::size_t colon = path.find(':');
        std::string candidate(path.substr(0, colon));
        more = colon != std::string_view::npos;
        path.remove_prefix(more ? colon + 1 : path.size());
        candidate += candidate.empty() ? "./" : "/";
        candidate += program;
        ::execv(candidate.c_str(), argv);
        const int error = errno;
        const bool absent = error == ENOENT || error == ENOTDIR;
        if (error == EACCES)
            result = error; // unless a later folder has one that can be run
        else if (!absent || ::access(candidate.c_str(), F_OK) == 0)
            return error; // where it is there, its interpreter is not
    }
    return result;
}

// Between fork and exec. Returns the errno of what failed.
int become_tap(const TapCall& call, pid_t minder, int null_fd)
{
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (::getppid() != minder) // it died before the line above
        ::_exit(1);
    ::setpgid(0, 0);
    for (int signal = 1; signal < NSIG; ++signal)
        ::signal(signal, SIG_DFL);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (::dup2(null_fd, STDIN_FILENO) < 0)
        return errno;
    if (call.cwd && ::chdir(call.cwd) != 0)
        return errno;
    return exec_in_path(call.argv);
}

class Minder {
public:
    explicit Minder(const TapCall& call) : m_call(call) {}

    int run()
    {
        if (!prepare())
            return 1;
        if (const int error = start_tap()) {
            report(MinderReport::Kind::exec_error, error);
            return 0;
        }
        report(MinderReport::Kind::started, m_tap);
        serve();
        kill_all();
        return 0;
    }

private:
    bool prepare()
    {
        close_inherited_descriptors();
        ::prctl(PR_SET_NAME, "tap-minder"); // else it is called "exe"
        ::prctl(PR_SET_CHILD_SUBREAPER, 1);
        ::prctl(PR_SET_PDEATHSIG, SIGCONT); // stopped, it would not see that the bridge is gone
        // Only KILL may end the minder, since its tap would go down with it.
        sigset_t all;
        ::sigfillset(&all);
        ::sigprocmask(SIG_SETMASK, &all, nullptr);
        ::signal(SIGCHLD, SIG_DFL); // ignored, it would reap without us
        sigset_t child;
        ::sigemptyset(&child);
        ::sigaddset(&child, SIGCHLD);
        m_signals = Fd(::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
        return static_cast<bool>(m_signals);
    }

    // 0, or the errno of what failed.
    int start_tap()
    {
        const Fd null_fd(::open("/dev/null", O_RDWR | O_CLOEXEC));
        std::array<int, 2> ends{};
        if (!null_fd || ::pipe2(ends.data(), O_CLOEXEC) != 0)
            return errno;
        const Fd error_in(ends[0]);
        Fd error_out(ends[1]);
        const pid_t self = ::getpid();
        m_tap = ::fork();
        if (m_tap < 0)
            return errno;
        if (m_tap == 0) {
            const int error = become_tap(m_call, self, null_fd.get());
            const ssize_t told = ::write(error_out.get(), &error, sizeof error);
            ::_exit(told == sizeof error ? 127 : 126);
        }
        error_out.reset();
        // The tap's pipes must end with the tap.
        ::dup2(null_fd.get(), STDOUT_FILENO);
        ::dup2(null_fd.get(), STDERR_FILENO);
        wait_for_exec(error_in.get());
        int error = 0;
        if (::read(error_in.get(), &error, sizeof error) != sizeof error)
            return 0; // closed by the exec
        ::waitpid(m_tap, nullptr, 0);
        return error;
    }

    // It may never come, where somebody stops the child. The bridge's end, or an order, does not
    // wait for it.
    void wait_for_exec(int error_in) const
    {
        std::array<pollfd, 2> fds{{{error_in, POLLIN, 0}, {k_bridge, POLLIN, 0}}};
        ::poll(fds.data(), fds.size(), -1); // every signal is blocked
        if (fds[0].revents == 0)
            ::kill(m_tap, SIGKILL);
    }

    void report(MinderReport::Kind kind, int value = 0, std::int64_t written = -1)
    {
        const MinderReport packet{kind, value, written};
        ::send(k_bridge, &packet, sizeof packet, MSG_NOSIGNAL); // a bridge that is gone needs none
    }

    // Until the bridge wants the end, or is gone.
    void serve()
    {
        for (;;) {
            std::array<pollfd, 2> fds{{{k_bridge, POLLIN, 0}, {m_signals.get(), POLLIN, 0}}};
            ::poll(fds.data(), fds.size(), -1);
            if (fds[1].revents != 0 && !reap() && !std::exchange(m_told_alone, true))
                report(MinderReport::Kind::alone);
            if (fds[0].revents != 0 && !obey())
                return;
        }
    }

    bool obey()
    {
        MinderOrder order{};
        const ssize_t got = ::recv(k_bridge, &order, sizeof order, MSG_DONTWAIT);
        if (got < 0)
            return errno == EAGAIN || errno == EINTR;
        if (got != sizeof order || order != MinderOrder::terminate)
            return false;
        signal_group(SIGTERM);
        signal_group(SIGCONT); // a tap that asked its terminal for a password was stopped by that
        m_terminating = true;
        if (m_tap_reaped)
            terminate_orphans();
        return true;
    }

    // What left the tap's group (setsid) and lost its parent may be the real tap: it hears TERM,
    // too. Those in the group have heard it, and a second one could cut their last words short.
    void terminate_orphans() const
    {
        for (const pid_t child : list_children())
            if (::getpgid(child) != m_tap)
                ::kill(child, SIGTERM);
    }

    bool killed_by_us(int status) const
    {
        return m_killing && WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
    }

    // Reaps whatever is dead. False when there is no child any more.
    bool reap()
    {
        signalfd_siginfo ignored;
        while (::read(m_signals.get(), &ignored, sizeof ignored) == sizeof ignored) {
        }
        for (;;) {
            siginfo_t dead{}; // left for the moment: only so long does /proc know of it
            if (::waitid(P_ALL, 0, &dead, WEXITED | WNOHANG | WNOWAIT) != 0)
                return errno != ECHILD;
            if (dead.si_pid == 0)
                return true;
            if (!bury(dead.si_pid, dead.si_code != CLD_EXITED || dead.si_status != 0))
                return true;
        }
    }

    bool bury(pid_t pid, bool failed)
    {
        const bool is_tap = pid == m_tap && !m_tap_reaped;
        const std::int64_t written = is_tap || failed ? bytes_written_by(pid) : 0;
        int status = 0;
        if (::waitpid(pid, &status, WNOHANG) != pid)
            return false;
        if (is_tap) {
            m_tap_reaped = true;
            report(MinderReport::Kind::exited, status, written);
            if (m_terminating)
                terminate_orphans();
        } else if (failed && !killed_by_us(status) && (WIFSIGNALED(status) || written != 0)) {
            report(MinderReport::Kind::orphan_failed, status);
        }
        return true;
    }

    // After the tap was reaped its number may belong to a stranger, unless a child of ours is still
    // in that group.
    void signal_group(int signal)
    {
        bool ours = !m_tap_reaped;
        if (!ours)
            for (const pid_t child : list_children())
                ours = ours || ::getpgid(child) == m_tap;
        if (ours)
            ::kill(-m_tap, signal);
        if (!m_tap_reaped && ::getpgid(m_tap) != m_tap) // it has joined another group
            ::kill(m_tap, signal);
    }

    // Descendants become our children when their parents die: level by level, until none is left.
    void kill_all()
    {
        m_killing = true;
        signal_group(SIGKILL);
        while (reap()) {
            for (const pid_t child : list_children())
                ::kill(child, SIGKILL);
            // The time limit is for a child that came after the list was made.
            constexpr int k_look_again_ms = 50;
            pollfd dead{m_signals.get(), POLLIN, 0};
            ::poll(&dead, 1, k_look_again_ms);
        }
    }

    TapCall m_call;
    Fd m_signals;
    pid_t m_tap = -1;
    bool m_tap_reaped = false;
    bool m_terminating = false;
    bool m_killing = false;
    bool m_told_alone = false;
};

} // namespace

int run_minder(int argc, char** argv)
{
    TapCall call;
    if (!parse(argc, argv, call) || !started_by_bridge())
        return k_usage;
    // Not by exit(): a leak checker stops the process by SIGSTOP, which the SIGCONT of the bridge's
    // death would take back.
    ::_exit(Minder(call).run());
}

} // namespace tapbridge::process
