// The sections of an adapter file: each reads the value of one key of the file, and adds what is
// wrong to the findings.
#pragma once

#include "adapter/adapter.h"
#include "adapter/adapter_file.h"
#include "adapter/adapter_keys.h"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace tapbridge::adapter {

void read_tap(AdapterKeys& tap, TapCall& call);

// `config`; absent where the file has none. `spec` (null: not known) is what the settings that are
// read must be in.
std::optional<ConfigMapping> read_config(AdapterKeys& file, const json::Value* spec);

void read_streams(AdapterKeys& file, std::vector<NamedStreamRule>& rules);

// `spec`: a mapping, or the path of a file, from that folder.
std::optional<json::Value> read_spec(AdapterKeys& file, const std::string& folder,
                                     const FileReader& reader);

} // namespace tapbridge::adapter
