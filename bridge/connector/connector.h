// The folder of a connector, made from what is known of a tap: facts in, files out. Pure.
#pragma once

#include "translate/discovery.h"
#include "util/json/value.h"

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace tapbridge::connector {

// What pip is to install.
struct Package {
    std::string requirement;              // with the version pinned; "" = not found out
    std::string advice;                   // what is still to be done about it; "" = nothing
    std::string version;                  // of the tap that was asked; "" = not found out
    std::vector<std::string> constraints; // "name==version": what was installed beside it
    std::string license;                  // "" = not said
};

// Where the settings are known from.
enum class SettingsFrom : std::uint8_t {
    tap,          // its --about, which the connector asks again by itself
    sample,       // a sample config: types are guessed
    missing_keys, // what the tap refuses to start without
    nothing
};

struct Facts {
    std::string name;   // of the connector: "source-jsonl"
    std::string tap;    // its program, without folders: "tap-jsonl"
    std::string python; // "3.11"
    std::string definition_id;
    std::string documentation_url;
    Package package;
    SettingsFrom settings_from = SettingsFrom::nothing;
    json::Value form;                       // connectionSpecification
    std::vector<std::string> json_settings; // of the form: texts that are JSON for the tap
    bool says_what_it_needs = false;        // form's `required` is the tap's own word
    // How it is called, as its --help says.
    std::vector<std::string> catalog_flags;
    std::string state_flag;                 // "" = none
    std::vector<std::string> discover;      // empty: it cannot
    std::vector<translate::Stream> streams; // empty: discovery was not possible
    std::optional<json::Value> config;      // the user's own
    bool has_bridge = false;                // the program `tapbridge` will lie in the folder
};

struct File {
    std::string path; // in the folder
    std::string content;
    mode_t mode = 0644;
};

struct Connector {
    std::vector<File> files;
    // What is left to do by hand, each "FILE:LINE: advice": every line of a file with "TODO: ".
    std::vector<std::string> todos;
};

Connector make_connector(const Facts& facts);

// The paths of all files that a connector may have.
const std::vector<std::string>& connector_paths();

// The problem with the name of a connector, in a sentence; empty where there is none.
std::string problem_of_name(const std::string& name);
// "tap-x" and "target/tap_x" give "source-x".
std::string connector_name(const std::string& tap);

} // namespace tapbridge::connector
