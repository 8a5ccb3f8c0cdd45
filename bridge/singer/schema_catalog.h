// The catalog of a tap that cannot discover, made from the SCHEMA messages of a sync.
#pragma once

#include "singer/catalog.h"
#include "singer/message.h"

#include <cstddef>
#include <map>
#include <string>
#include <unordered_map>
#include <vector>

namespace tapbridge::singer {

class SchemaCatalog {
public:
    // A SCHEMA message. One that comes again may bring new properties (tap-exchangeratesapi adds a
    // column for each new currency): all are kept.
    void add(const Message& schema);

    // The names, schemas and columns are more than 64 MiB of text. Nothing is added then.
    bool is_too_large() const { return m_size > k_largest; }

    bool empty() const { return m_order.empty(); }
    Catalog catalog() const;

private:
    static constexpr std::size_t k_largest = std::size_t{64} << 20;

    struct Stream {
        std::string last_schema; // source text: repeats are common
        json::Value schema;
        std::unordered_map<std::string, std::size_t> columns; // where they stand in it
        std::vector<std::string> key_properties;
    };

    void merge(Stream& stream, json::Value later);

    std::map<std::string, Stream, std::less<>> m_streams;
    std::size_t m_size = 0;
    std::vector<std::string> m_order; // by first appearance
};

} // namespace tapbridge::singer
