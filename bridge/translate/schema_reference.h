// Where a `$ref` points to.
#pragma once

#include "util/json/value.h"

#include <string>
#include <unordered_map>

namespace tapbridge::translate {

// Looks up local references ("#", "#/definitions/x", any JSON pointer behind "#") in one document.
class SchemaReferences {
public:
    // `root` must outlive this object.
    explicit SchemaReferences(const json::Value& root) : m_root(root) {}

    // Null where it points nowhere, or to another document.
    const json::Value* find(const std::string& reference);

private:
    const json::Value& m_root;
    // A catalog may hold a hundred thousand references to a few dozen places.
    std::unordered_map<std::string, const json::Value*> m_known;
};

} // namespace tapbridge::translate
