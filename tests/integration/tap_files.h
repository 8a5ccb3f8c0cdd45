// What a scripted tap writes down for the test that started it.
#pragma once

#include <string>
#include <vector>

namespace scripted {

std::string read_whole(const std::string& path);
// Whoever waits for the file finds it whole. Throws ScenarioError.
void put_file(const std::string& path, const std::string& content);

std::string as_lines(const std::vector<std::string>& texts);
std::string environment_as_lines(); // NAME=value
std::string descriptors_as_lines(); // NUMBER target
std::string working_directory();

} // namespace scripted
