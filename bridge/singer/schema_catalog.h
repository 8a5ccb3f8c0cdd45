// The catalog of a tap that cannot discover, made from the SCHEMA messages of a sync.
#pragma once

#include "singer/catalog.h"
#include "singer/message.h"

#include <map>
#include <string>
#include <vector>

namespace tapbridge::singer {

class SchemaCatalog {
public:
    // A SCHEMA message. One that comes again may bring new properties (tap-exchangeratesapi adds a
    // column for each new currency): all are kept.
    void add(const Message& schema);

    bool empty() const { return m_order.empty(); }
    Catalog catalog() const;

private:
    struct Stream {
        std::string last_schema; // source text: repeats are common
        json::Value schema;
        std::vector<std::string> key_properties;
    };

    std::map<std::string, Stream, std::less<>> m_streams;
    std::vector<std::string> m_order; // by first appearance
};

} // namespace tapbridge::singer
