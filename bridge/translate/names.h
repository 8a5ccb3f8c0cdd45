// Which stream a name on the wire means. RECORD.stream may be the catalog's `stream`, its
// `tap_stream_id`, or `schema-table` (pipelinewise-tap-postgres: catalog stream "orders", records
// under "shop-orders"; tap-postgres and tap-mysql: id "db-shop-orders", records under "orders").
#pragma once

#include "singer/catalog.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tapbridge::translate {

class WireNames {
public:
    enum class Kind {
        selected,   // exactly one of the run's streams
        unselected, // an entry of the catalog that this run does not read
        ambiguous,  // several of the run's streams: never a guess between them
        unknown     // no entry of the catalog explains it
    };
    struct Match {
        Kind kind = Kind::unknown;
        std::vector<std::size_t> streams; // positions in `selected`; one, or the ambiguous ones
    };

    // `selected`: the run's streams, as indexes into catalog.entries. The catalog must outlive
    // this.
    WireNames(const singer::Catalog& catalog, const std::vector<std::size_t>& selected);

    Match match(std::string_view wire_name) const;

private:
    void index(std::size_t entry, const std::string& name);

    const singer::Catalog& m_catalog;
    std::vector<std::optional<std::size_t>> m_positions; // in `selected`, of each entry
    // Entries by what may explain a name. Taps send thousands of streams that nobody asked for.
    std::unordered_map<std::string, std::vector<std::size_t>> m_entries;
};

} // namespace tapbridge::translate
