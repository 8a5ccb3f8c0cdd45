#include "process/output.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace tapbridge::process {

namespace {

constexpr std::size_t k_pipe_page = 4096;
constexpr std::size_t k_kept_capacity = 8 * 1024 * 1024;

bool writable(int fd, int timeout_ms)
{
    pollfd target{fd, POLLOUT, 0};
    return ::poll(&target, 1, timeout_ms) > 0;
}

} // namespace

Output::Output(int fd) : m_fd(fd)
{
    struct stat info {};
    if (::fstat(fd, &info) != 0)
        return; // the first write will say so
    if (S_ISSOCK(info.st_mode)) {
        m_way = Way::socket;
        m_pollable = true;
    } else if (S_ISFIFO(info.st_mode) || ::isatty(fd)) {
        const std::string path = "/proc/self/fd/" + std::to_string(fd);
        m_own = Fd(::open(path.c_str(), O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
        m_way = m_own ? Way::own : Way::shared;
        m_pollable = true;
    }
}

int Output::poll_fd() const
{
    if (!m_pollable)
        return -1;
    return m_own ? m_own.get() : m_fd;
}

ssize_t Output::write_some(const char* data, std::size_t size) const
{
    switch (m_way) {
    case Way::own:
        return ::write(m_own.get(), data, size);
    case Way::socket:
        return ::send(m_fd, data, size, MSG_DONTWAIT | MSG_NOSIGNAL);
    case Way::shared:
        if (!writable(m_fd, 0)) {
            errno = EAGAIN;
            return -1;
        }
        return ::write(m_fd, data, std::min(size, k_pipe_page));
    case Way::plain:
        break;
    }
    return ::write(m_fd, data, size);
}

Output::Result Output::flush()
{
    if (m_broken)
        return finish(*m_broken);
    while (m_written < m_buffer.size()) {
        const ssize_t put = write_some(m_buffer.data() + m_written, m_buffer.size() - m_written);
        if (put >= 0) {
            m_written += static_cast<std::size_t>(put);
        } else if (errno == EAGAIN) {
            if (m_pollable)
                return Result::blocked;
            writable(m_fd, -1); // a device that somebody made non-blocking
        } else if (errno != EINTR) {
            m_error = errno;
            const bool gone = m_error == EPIPE || m_error == ECONNRESET;
            return finish(gone ? Result::gone : Result::failed);
        }
    }
    return finish(Result::done);
}

void Output::abandon(Result result)
{
    finish(result);
}

Output::Result Output::finish(Result result)
{
    if (result != Result::done && !m_broken)
        m_broken = result;
    m_buffer.clear();
    if (m_buffer.capacity() > k_kept_capacity)
        m_buffer.shrink_to_fit();
    m_written = 0;
    return m_broken.value_or(Result::done);
}

void occupy_standard_descriptors()
{
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd)
        if (::fcntl(fd, F_GETFD) < 0) // open takes the lowest number that is free
            ::open("/dev/null", fd == STDERR_FILENO ? O_WRONLY : O_RDONLY);
}

} // namespace tapbridge::process
