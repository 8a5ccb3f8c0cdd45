// The schema of a tap's settings without the detours that JSON Schema allows and Airbyte does not.
#pragma once

#include "util/json/value.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace tapbridge::translate {

// The types that a setting may have, without null.
struct Kinds {
    std::vector<std::string> names; // of JSON Schema's seven types; empty: nothing is said of it
    bool complete = true;           // false: some alternative does not say its type
    bool only_null = false;

    bool has(std::string_view name) const;
    bool is_only(std::string_view name) const { return names.size() == 1 && has(name); }
};

class SchemaFolder {
public:
    // `root` is what "#" means in a $ref; it must outlive the folder.
    explicit SchemaFolder(const json::Value& root) : m_root(root) {}

    // The references that are open between construction and destruction lead to themselves when met
    // again.
    class Level {
    public:
        explicit Level(SchemaFolder& folder) : m_folder(folder), m_open(folder.m_open.size()) {}
        ~Level() { m_folder.m_open.resize(m_open); }
        Level(const Level&) = delete;
        Level& operator=(const Level&) = delete;

    private:
        SchemaFolder& m_folder;
        std::size_t m_open;
    };

    // Puts what $ref and allOf say into the node itself, takes null out of anyOf and oneOf and
    // dissolves those with one alternative. What is left of either is called `oneOf` and has two or
    // more. False where that is not possible (a reference that leads nowhere or into itself).
    bool fold(json::Value& node);

    // Of a folded node.
    Kinds kinds(const json::Value& node);

    // Whether anything below is marked secret, or is named like one.
    bool holds_secret(const json::Value& node) const;

private:
    bool holds_secret(const json::Value& node, std::vector<std::string>& followed) const;
    const json::Value* target(const std::string& reference) const;
    bool fold_reference(json::Value& node);
    bool fold_all_of(json::Value& node);
    bool fold_alternatives(json::Value& node);

    const json::Value& m_root;
    std::vector<std::string> m_open;
};

// Whether the schema says itself that its value is secret.
bool is_marked_secret(const json::Value& node);

} // namespace tapbridge::translate
