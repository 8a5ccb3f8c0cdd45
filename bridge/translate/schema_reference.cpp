#include "translate/schema_reference.h"

#include "util/text.h"

#include <charconv>
#include <optional>
#include <string_view>

namespace tapbridge::translate {

namespace {

const json::Value* item_at(const json::Value& array, std::string_view token)
{
    std::size_t index = 0;
    const char* end = token.data() + token.size();
    const auto [stopped, error] = std::from_chars(token.data(), end, index);
    if (error != std::errc() || stopped != end || index >= array.items().size())
        return nullptr;
    return &array.items()[index];
}

const json::Value* step(const json::Value& node, std::string_view token)
{
    if (node.is_array())
        return item_at(node, token);
    std::string name = text::replace_all(std::string(token), "~1", "/");
    return node.find(text::replace_all(std::move(name), "~0", "~"));
}

const json::Value* resolve(const json::Value& root, std::string_view reference)
{
    if (reference.empty() || reference.front() != '#')
        return nullptr;
    const std::string pointer = text::percent_decoded(reference.substr(1));
    if (pointer.empty())
        return &root;
    if (pointer.front() != '/')
        return nullptr;
    const json::Value* node = &root;
    for (const std::string_view token : text::split(std::string_view(pointer).substr(1), '/')) {
        node = step(*node, token);
        if (node == nullptr)
            return nullptr;
    }
    return node;
}

} // namespace

const json::Value* SchemaReferences::find(const std::string& reference)
{
    const auto known = m_known.find(reference);
    if (known != m_known.end())
        return known->second;
    const json::Value* target = resolve(m_root, reference);
    m_known.emplace(reference, target);
    return target;
}

} // namespace tapbridge::translate
