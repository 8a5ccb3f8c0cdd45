// Which stream a name on the wire means. RECORD.stream may be the catalog's `stream`, its
// `tap_stream_id`, or `schema-table` (pipelinewise-tap-postgres: catalog stream "orders", records
// under "shop-orders"; tap-postgres and tap-mysql: id "db-shop-orders", records under "orders").
#pragma once

#include "singer/catalog.h"
#include "translate/stream_rules.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tapbridge::translate {

// What an adapter says of names.
struct NameRules {
    // By entry of the catalog: the name under which the tap sends it. "" = none; may be shorter.
    std::vector<std::string> aliases;
    std::vector<bool> excluded; // by entry; may be shorter
    StreamRules rules;          // for names that the catalog does not have
};

class WireNames {
public:
    enum class Kind {
        selected,   // exactly one of the run's streams
        unselected, // an entry of the catalog that this run does not read
        excluded,   // likewise, by the adapter's wish; or a name without an entry that it excludes
        ambiguous,  // several of the run's streams: never a guess between them
        unknown     // no entry of the catalog explains it
    };
    struct Match {
        Kind kind = Kind::unknown;
        std::vector<std::size_t> streams; // positions in `selected`; one, or the ambiguous ones
    };

    // `selected`: the run's streams, as indexes into catalog.entries. The catalog and the rules
    // must outlive this.
    WireNames(const singer::Catalog& catalog, const std::vector<std::size_t>& selected,
              const NameRules& rules);

    // An alias goes before the names that the catalog gives: where a stream has it, no unselected
    // stream is meant, and none that has an alias of its own.
    Match match(std::string_view wire_name) const;

private:
    void index(std::size_t entry, const std::string& name);
    bool has_alias(std::size_t entry, std::string_view name) const;
    std::vector<std::size_t> entries_for(std::string_view wire_name) const;

    const singer::Catalog& m_catalog;
    const NameRules& m_rules;
    std::vector<std::optional<std::size_t>> m_positions; // in `selected`, of each entry
    // Entries by what may explain a name. Taps send thousands of streams that nobody asked for.
    std::unordered_map<std::string, std::vector<std::size_t>> m_entries;
};

} // namespace tapbridge::translate
