// Writes a new connector's folder. Nothing that is there is ever replaced.
#pragma once

#include "connector/connector.h"

#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::cli {

// Throws config_error that names the first of these files that is in the folder already, or the
// folder itself where it is none or cannot be written to.
void check_folder(const std::string& folder, const std::vector<std::string>& paths);

// Throws config_error that names the file that could not be written; then what had been written is
// removed again.
void write_folder(const std::string& folder, const std::vector<connector::File>& files);

// Writes a new file beside that one, for its owner alone: FILE.new, or FILE.new.2 and so on; where
// its folder takes none (that of a pipe), in the working directory. Returns its path. Throws
// config_error with the reason where neither can be.
std::string save_beside(const std::string& path, std::string_view content);

// Our own program, where it runs in any image: statically linked. "" where it is not.
std::string own_static_program();

} // namespace tapbridge::cli
