// The child processes of this process, asked of the kernel: a subreaper does not know them all by
// itself.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

namespace tapbridge::process {

// Dead ones that were not reaped yet included.
std::vector<pid_t> list_children();

// Bytes that a child of ours, which may be dead but not reaped, has written to whatever, with the
// children that it has waited for; -1 where the kernel does not say.
std::int64_t bytes_written_by(pid_t child);

// Closes every descriptor above stderr.
void close_inherited_descriptors();

} // namespace tapbridge::process
