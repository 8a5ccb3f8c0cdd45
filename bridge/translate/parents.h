// Which streams a stream hangs on: a tap reads the children of what it reads of the parents. The
// tap's catalog may name the parent (parent-tap-stream-id), the adapter may (`requires`).
#pragma once

#include "singer/catalog.h"
#include "translate/discovery.h"

#include <cstddef>
#include <string>
#include <vector>

namespace tapbridge::translate {

class Parents {
public:
    // `discovered` was made from the catalog. Neither is needed any more afterwards.
    Parents(const singer::Catalog& catalog, const Discovered& discovered);

    // Entries of the catalog: parents, their parents and so on, each once, never the stream itself.
    // Throws config_error where the adapter names one that the tap does not have.
    std::vector<std::size_t> ancestors(std::size_t entry) const;

    // What is wrong with `requires`: names that no stream has, one text each. A stream that
    // requires itself, over however many others, is thrown as a config_error. (A circle in the
    // tap's own catalog is the tap's affair: each stream of it needs all others.)
    std::vector<std::string> problems() const;

private:
    struct Node {
        std::string name;                 // Airbyte's
        std::vector<std::size_t> parents; // entries
        std::size_t required = 0; // so many of the parents, the first ones, are the adapter's
        std::vector<std::string> missing; // `requires` that no stream fits
    };

    std::string missing_problem(const Node& node) const;
    void check_circle(std::size_t entry) const;

    std::vector<Node> m_nodes;        // by entry
    std::vector<std::string> m_names; // of all streams, for advice
};

} // namespace tapbridge::translate
