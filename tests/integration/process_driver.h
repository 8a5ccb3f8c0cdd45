// A little bridge: a supervisor and a handler that hands everything through. The test program
// starts itself as this, so that every test has a process of its own to signal, to kill and to look
// for leftovers of.
#pragma once

namespace driver {

inline constexpr const char* k_mode = "__bridge";

// __bridge OPTION... -- COMMAND...
//
//   result=PATH     where to write how it ended
//   grace=MS, timeout=MS, idle=MS, cwd=DIR
//   runs=N          so many runs one after another
//   stop-on=TEXT    the handler wants to stop once the tap has said this
//   throw-on=TEXT   the handler throws then
//   tick=MS         a deadline so long after the start, which writes "tick"
//   last-words=TEXT written after the runs
//   foreign-child   there is a child before the supervisor is there
int run(int argc, char** argv);

} // namespace driver
