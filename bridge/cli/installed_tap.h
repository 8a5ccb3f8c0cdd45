// Finds a tap's program, and asks the Python environment that it lies in.
#pragma once

#include "cli/session.h"
#include "connector/requirement.h"

#include <string>

namespace tapbridge::cli {

// Throws config_error where that needs a working directory, and it has been removed.
std::string absolute_path(const std::string& path);

// The absolute path of a program: a path, or a name in PATH. Throws config_error with the remedy
// where there is none that can be run.
std::string find_program(const std::string& name);

// Empty fields where the program is no Python script, or nothing there knows of it.
connector::Installed ask_installed(Session& session, const std::string& program);

// The Python that runs a script, by its first lines; "" where it is none.
std::string interpreter_of(const std::string& program);

} // namespace tapbridge::cli
