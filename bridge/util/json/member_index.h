// Members of an object by their names: Value::find() walks, so a walk with a find for each of some
// thousand members would take a minute.
#pragma once

#include "util/json/value.h"

#include <optional>
#include <string_view>
#include <unordered_map>

namespace tapbridge::json {

// Refers to the object, which has to stay as it is; positions also hold in a copy of it. Finds
// nothing in what is no object.
class MemberIndex {
public:
    explicit MemberIndex(const Value& object) : m_object(object)
    {
        constexpr std::size_t k_walk = 16; // quicker than a table
        const std::vector<Member>& members = object.members();
        if (members.size() <= k_walk)
            return;
        m_positions.reserve(members.size());
        for (std::size_t i = 0; i < members.size(); ++i)
            m_positions.insert_or_assign(members[i].name, i);
    }

    // As Value::find(): the last one where the name stands twice.
    const Value* find(std::string_view name) const
    {
        if (m_positions.empty())
            return m_object.find(name);
        const auto found = m_positions.find(name);
        return found == m_positions.end() ? nullptr : &m_object.members()[found->second].value;
    }

    // The same as its place among the members.
    std::optional<std::size_t> position(std::string_view name) const
    {
        const std::vector<Member>& members = m_object.members();
        if (!m_positions.empty()) {
            const auto found = m_positions.find(name);
            return found == m_positions.end() ? std::nullopt : std::optional(found->second);
        }
        for (std::size_t i = members.size(); i > 0; --i) {
            if (members[i - 1].name == name)
                return i - 1;
        }
        return std::nullopt;
    }

    // Whether a member of the object counts: of a name that stands twice, the last one does.
    bool is_last(const Member& member) const { return find(member.name) == &member.value; }

private:
    const Value& m_object;
    std::unordered_map<std::string_view, std::size_t> m_positions; // of long objects only
};

} // namespace tapbridge::json
