// The child processes of this process, asked of the kernel: a subreaper does not know them all by
// itself.
#pragma once

#include <sys/types.h>

#include <vector>

namespace tapbridge::process {

// Dead ones that were not reaped yet included.
std::vector<pid_t> list_children();

// Closes every descriptor above stderr.
void close_inherited_descriptors();

} // namespace tapbridge::process
