// Reads the keys of a mapping in an adapter file.
#pragma once

#include "adapter/yaml_node.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::adapter {

// What a value may be at least and at most, as a user writes it.
struct Bounds {
    std::string_view least;
    std::string_view most;
};

// Each call takes one key: where it is there and right, the value is set, else a problem is added
// or the default stays. Whoever reads a mapping thereby says which keys it has; any other is
// unknown.
class AdapterKeys {
public:
    using Reader = std::function<void(AdapterKeys&)>;

    // Has `reader` take the keys of that mapping. `path` is what messages call it ("limits"), empty
    // for the file.
    static void read(const YamlNode& map, const std::string& path, std::vector<Problem>& problems,
                     const Reader& reader);

    AdapterKeys(const AdapterKeys&) = delete;
    AdapterKeys& operator=(const AdapterKeys&) = delete;

    void duration(std::string_view key, std::chrono::milliseconds& value, const Bounds& bounds);
    void size(std::string_view key, std::size_t& value, const Bounds& bounds); // bytes
    void mapping(std::string_view key, const Reader& reader);

    // For what is read otherwise: the value of that key, or null.
    const YamlNode* take(std::string_view key);
    void complain(const YamlNode& value, std::string_view key, const std::string& what);

private:
    AdapterKeys(const YamlNode& map, const std::string& path, std::vector<Problem>& problems)
        : m_map(map), m_path(path), m_problems(problems)
    {}

    std::string path_of(std::string_view key) const;
    void complain_of_unknown_keys();
    std::string remedy(const YamlMember& unknown) const;

    const YamlNode& m_map;
    const std::string& m_path;
    std::vector<Problem>& m_problems;
    std::vector<std::string> m_known;
};

// A value as a message names it: `"10"`, "a list", "a mapping", "empty".
std::string description(const YamlNode& value);

} // namespace tapbridge::adapter
