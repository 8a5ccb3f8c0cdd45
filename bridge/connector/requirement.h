// What pip is to install, pinned to what was tried.
#pragma once

#include "connector/connector.h"
#include "util/json/value.h"

#include <string>
#include <utility>
#include <vector>

namespace tapbridge::connector {

// What the environment of an installed tap says of it (importlib.metadata).
struct Installed {
    std::string python;     // "3.11"; "" = it could not be asked
    std::string name;       // of the distribution that has the program; "" = none does
    std::string version;    // of it
    json::Value direct_url; // direct_url.json (PEP 610); null: it came from an index
    std::vector<std::pair<std::string, std::string>> others; // name and version
    std::string license;
    std::string homepage;
};

// From what the program in cli/installed_tap.cpp prints; empty fields where it is not that.
Installed read_installed(std::string_view output);

// What is wrong with what is to be a requirement of pip: one name with its versions, an address or
// a path. Empty where nothing is. It quotes nothing: an address may hold a login.
std::string problem_of_requirement(const std::string& spec);

// `spec` is a pip requirement of the user's, or "". Versions, tags and branches become what was
// installed: "tap-x" is "tap-x==1.2", "git+https://h/r@v1" is "tap-x @ git+https://h/r@COMMIT".
// User names and passwords in an address are left out. Where nothing there has the program, no
// constraints: what lies beside it (the host's own packages) is none of its needs.
Package pinned_package(const std::string& spec, const Installed& installed,
                       const std::string& python);

} // namespace tapbridge::connector
