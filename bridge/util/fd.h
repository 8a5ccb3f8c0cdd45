// File descriptors with an owner, and whole files.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>

namespace tapbridge {

// Owns one file descriptor; closes it.
class Fd {
public:
    Fd() = default;
    explicit Fd(int fd) : m_fd(fd) {}
    Fd(Fd&& other) noexcept : m_fd(std::exchange(other.m_fd, -1)) {}
    Fd& operator=(Fd&& other) noexcept;
    Fd(const Fd&) = delete;
    Fd& operator=(const Fd&) = delete;
    ~Fd() { reset(); }

    int get() const { return m_fd; }
    explicit operator bool() const { return m_fd >= 0; }
    int release() { return std::exchange(m_fd, -1); }
    void reset();

private:
    int m_fd = -1;
};

// Reads a whole file, or some more than `most` bytes of a longer one. 0, or the errno of what
// failed.
int read_file(const std::string& path, std::string& content, std::size_t most = std::string::npos);
// The same of a file that is open, from where it stands.
int read_all(const Fd& file, std::string& content, std::size_t most);

// Creates or replaces a file with that mode (umask ignored), written and flushed to the kernel.
// 0, or the errno of what failed.
int write_file(const std::string& path, std::string_view content, mode_t mode);

} // namespace tapbridge
