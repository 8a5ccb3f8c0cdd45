// Which stream a name on the wire means. RECORD.stream may be the catalog's `stream`, its
// `tap_stream_id`, or `schema-table` (pipelinewise-tap-postgres: catalog stream "orders", records
// under "shop-orders"; tap-postgres and tap-mysql: id "db-shop-orders", records under "orders").
#pragma once

#include "singer/catalog.h"

#include <string>
#include <string_view>
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
    WireNames(const singer::Catalog& catalog, std::vector<std::size_t> selected);

    Match match(std::string_view wire_name) const;

private:
    const singer::Catalog& m_catalog;
    std::vector<std::size_t> m_selected;
};

} // namespace tapbridge::translate
