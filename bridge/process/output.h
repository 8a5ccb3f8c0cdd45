// The bridge's stdout. Everything that is to come out is appended to buffer(), then flushed.
//
// The description of stdout that others share is never made non-blocking. A pipe or a terminal is
// written through a description of our own (/proc/self/fd/1 opened with O_NONBLOCK); where that is
// refused (another user's pipe), by poll and writes of at most 4,096 bytes, which never block a
// pipe that polls writable; a socket by sends that do not wait; files plainly.
#pragma once

#include "util/fd.h"

#include <sys/types.h>

#include <cstddef>
#include <optional>
#include <string>

namespace tapbridge::process {

class Output {
public:
    explicit Output(int fd = 1);

    std::string& buffer() { return m_buffer; }
    bool empty() const { return m_written == m_buffer.size(); }

    enum class Result {
        done,    // nothing is left
        blocked, // the reader is slow: poll poll_fd() for POLLOUT
        gone,    // EPIPE: nobody reads any more
        failed   // any other error: see error()
    };
    // Writes as much as goes without blocking (files: everything). After gone or failed nothing is
    // ever written again: what would follow a half-written line is no use to anybody.
    Result flush();
    // The same as after a failure, for a reader that was found gone or will not be waited for.
    void abandon(Result result);

    // To be polled for POLLOUT while blocked, and for POLLERR and POLLHUP always: a pipe whose
    // reader is gone says so. -1 where polling means nothing (a regular file).
    int poll_fd() const;
    int error() const { return m_error; } // errno of the last failure

private:
    enum class Way { own, shared, socket, plain };

    ssize_t write_some(const char* data, std::size_t size) const;
    Result finish(Result result);

    int m_fd;
    Fd m_own;
    Way m_way = Way::plain;
    bool m_pollable = false;
    std::optional<Result> m_broken; // gone or failed
    std::string m_buffer;
    std::size_t m_written = 0;
    int m_error = 0;
};

// Opens /dev/null in the place of each of stdin, stdout and stderr that is closed, so that no file
// of ours gets its number; a write to such a stdout still fails. To be called before anything is
// opened.
void occupy_standard_descriptors();

} // namespace tapbridge::process
