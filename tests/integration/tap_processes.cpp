#include "tap_processes.h"

#include "scenario.h"
#include "tap_files.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>

namespace scripted {

namespace {

void point_at_null(int fd)
{
    const int null_fd = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    ::dup2(null_fd, fd);
    ::close(null_fd);
}

} // namespace

void be_grandchild(const std::vector<std::string>& words)
{
    const auto has = [&words](const char* word) {
        return std::find(words.begin(), words.end(), word) != words.end();
    };
    if (has("setsid") || has("daemon"))
        ::setsid();
    if (has("daemon") && ::fork() != 0)
        ::_exit(0);
    if (!has("stdout"))
        point_at_null(STDOUT_FILENO);
    if (!has("stderr"))
        point_at_null(STDERR_FILENO);
    for (std::size_t i = 0; i + 1 < words.size(); ++i) {
        if (words[i] == "ignore")
            ::signal(signal_of(words[i + 1]), SIG_IGN);
        if (words[i] == "pid-file")
            put_file(words[i + 1], std::to_string(::getpid()));
    }
    const bool forever = words.empty() || words[0] == "forever";
    ::alarm(forever ? k_forever_s : static_cast<unsigned>(std::stoul(words[0])));
    for (;;)
        ::pause();
}

void kill_self(int signal)
{
    if (signal != SIGKILL && signal != SIGSTOP)
        ::signal(signal, SIG_DFL);
    sigset_t only;
    ::sigemptyset(&only);
    ::sigaddset(&only, signal);
    ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
    ::kill(::getpid(), signal);
}

} // namespace scripted
