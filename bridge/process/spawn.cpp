#include "process/spawn.h"

#include "airbyte/error.h"
#include "process/children.h"
#include "process/minder.h"

// Boost 1.81's v2 headers lack these two when they are used with std::filesystem.
#include <boost/asio/io_context.hpp>
#include <boost/optional.hpp>
#include <boost/process/v2/process.hpp>
#include <boost/process/v2/stdio.hpp>
#include <boost/type_traits.hpp>

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace tapbridge::process {

namespace {

namespace bp = boost::process::v2;

constexpr int k_pipe_size = 1024 * 1024;

const char* remedy_for(int error)
{
    switch (error) {
    case ENOENT:
        return " Mount /proc, and give this place a /dev/null.";
    case EMFILE:
    case ENFILE:
        return " Raise the limit of open files (ulimit -n).";
    case EAGAIN:
    case ENOMEM:
        return " Raise the limit of processes (ulimit -u, or the container's) or of memory.";
    default:
        return "";
    }
}

[[noreturn]] void throw_failed(const std::string& call, int error)
{
    airbyte::throw_system_error("The tap could not be started: " + call + ": " +
                                std::strerror(error) + "." + remedy_for(error));
}

// Boost binds with dup2, which does not clear CLOEXEC where both numbers are the same, and which
// would overwrite one of the others: where the bridge was started without stdin, stdout or stderr.
Fd above_stdio(int fd)
{
    Fd owned(fd);
    if (fd > STDERR_FILENO)
        return owned;
    Fd moved(::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    if (!moved)
        throw_failed("fcntl", errno);
    return moved;
}

std::pair<Fd, Fd> make_pipe()
{
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0)
        throw_failed("pipe2", errno);
    std::pair<Fd, Fd> pipe(ends[0], ends[1]);
    pipe.first = above_stdio(pipe.first.release());
    pipe.second = above_stdio(pipe.second.release());
    ::fcntl(pipe.first.get(), F_SETFL, O_NONBLOCK);
    return pipe;
}

std::pair<Fd, Fd> make_socket_pair()
{
    std::array<int, 2> ends{};
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
        throw_failed("socketpair", errno);
    std::pair<Fd, Fd> sockets(ends[0], ends[1]);
    sockets.first = above_stdio(sockets.first.release());
    sockets.second = above_stdio(sockets.second.release());
    ::fcntl(sockets.first.get(), F_SETFL, O_NONBLOCK);
    return sockets;
}

// Runs in the child before its exec: async-signal-safe calls only.
struct MinderSetup {
    template <class Launcher>
    boost::system::error_code on_exec_setup(Launcher&, const bp::filesystem::path&,
                                            const char* const*&) const
    {
        // A group of its own, so that a KILL of the bridge's group leaves somebody to clean up.
        ::setpgid(0, 0);
        // Blocked from the first moment; the minder gives its tap an empty mask.
        sigset_t all;
        ::sigfillset(&all);
        ::sigprocmask(SIG_SETMASK, &all, nullptr);
        return {};
    }
};

std::vector<std::string> minder_arguments(const TapCommand& command)
{
    std::vector<std::string> arguments{k_minder_mode};
    if (!command.cwd.empty()) {
        arguments.emplace_back("--cwd");
        arguments.push_back(command.cwd);
    }
    arguments.emplace_back("--");
    arguments.insert(arguments.end(), command.argv.begin(), command.argv.end());
    return arguments;
}

pid_t launch(const TapCommand& command, int socket, int tap_stdout, int tap_stderr)
{
    std::vector<const char*> environment;
    for (const std::string& variable : command.environment)
        environment.push_back(variable.c_str());
    environment.push_back(nullptr);

    boost::asio::io_context context;
    bp::posix::default_launcher launcher;
    launcher.env = environment.data();
    boost::system::error_code error;
    try {
        auto process =
            launcher(context.get_executor(), error, "/proc/self/exe", minder_arguments(command),
                     bp::process_stdio{socket, tap_stdout, tap_stderr}, MinderSetup{});
        process.detach();
    } catch (const boost::system::system_error& failure) {
        // Without pidfds (Linux before 5.3) the handle cannot be made; the process runs all the
        // same.
        if (launcher.pid <= 0)
            error = failure.code();
    }
    if (error) {
        if (launcher.pid > 0)
            ::waitpid(launcher.pid, nullptr, 0); // a failed exec leaves its zombie
        throw_failed("exec of /proc/self/exe", error.value());
    }
    return launcher.pid;
}

// The minder needs it for the tap's stdin. Its errno would read as that of the tap's program.
void check_null_device()
{
    if (!Fd(::open("/dev/null", O_RDWR | O_CLOEXEC)))
        throw_failed("/dev/null", errno);
}

void check_folder(const std::string& cwd)
{
    if (cwd.empty())
        return;
    const Fd folder(::open(cwd.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder || ::faccessat(folder.get(), ".", X_OK, AT_EACCESS) != 0)
        airbyte::throw_system_error("The tap's working directory " + cwd +
                                    " cannot be used: " + std::strerror(errno) + ".");
}

} // namespace

SpawnedMinder spawn_minder(const TapCommand& command)
{
    // Looked at here as well, because the minder could only hand back a number.
    check_folder(command.cwd);
    check_null_device();
    auto [socket, minder_socket] = make_socket_pair();
    auto [stdout_in, stdout_out] = make_pipe();
    auto [stderr_in, stderr_out] = make_pipe();
    ::fcntl(stdout_in.get(), F_SETPIPE_SZ, k_pipe_size); // refused: the usual size does as well
    SpawnedMinder minder;
    minder.pid = launch(command, minder_socket.get(), stdout_out.get(), stderr_out.get());
    minder.socket = std::move(socket);
    minder.tap_stdout = std::move(stdout_in);
    minder.tap_stderr = std::move(stderr_in);
    return minder;
}

bool kill_and_reap_children(std::span<const pid_t> spared, std::chrono::milliseconds patience)
{
    const auto give_up = Clock::now() + patience;
    for (;;) {
        std::vector<pid_t> children = list_children();
        std::erase_if(children, [spared](pid_t child) {
            return std::find(spared.begin(), spared.end(), child) != spared.end();
        });
        if (children.empty())
            return true;
        if (Clock::now() >= give_up)
            return false;
        for (const pid_t child : children)
            ::kill(child, SIGKILL);
        bool reaped = false;
        for (const pid_t child : children)
            reaped = ::waitpid(child, nullptr, WNOHANG) == child || reaped;
        if (!reaped)
            ::poll(nullptr, 0, 1); // they take a moment to die, and need not tell us when
    }
}

} // namespace tapbridge::process
