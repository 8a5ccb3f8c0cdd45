#include "util/fd.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace tapbridge {

Fd& Fd::operator=(Fd&& other) noexcept
{
    if (this != &other) {
        reset();
        m_fd = other.release();
    }
    return *this;
}

void Fd::reset()
{
    // Not repeated on EINTR: Linux has released the number by then, and another thread may own it.
    if (m_fd >= 0)
        ::close(m_fd);
    m_fd = -1;
}

int read_file(const std::string& path, std::string& content, std::size_t most)
{
    content.clear();
    const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    return file ? read_all(file, content, most) : errno;
}

int read_all(const Fd& file, std::string& content, std::size_t most)
{
    content.clear();
    std::array<char, 64 * 1024> buffer;
    for (;;) {
        const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
        if (got == 0 || content.size() > most)
            return 0;
        if (got > 0)
            content.append(buffer.data(), static_cast<std::size_t>(got));
        else if (errno != EINTR)
            return errno;
    }
}

int write_file(const std::string& path, std::string_view content, mode_t mode)
{
    Fd file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, S_IRUSR | S_IWUSR));
    // The mode is set before the first byte is there: the file may have existed, open to everybody.
    if (!file || ::fchmod(file.get(), mode) != 0)
        return errno;
    while (!content.empty()) {
        const ssize_t put = ::write(file.get(), content.data(), content.size());
        if (put >= 0)
            content.remove_prefix(static_cast<std::size_t>(put));
        else if (errno != EINTR)
            return errno;
    }
    // Some file systems report a full disk only here.
    return ::close(file.release()) == 0 || errno == EINTR ? 0 : errno;
}

} // namespace tapbridge
