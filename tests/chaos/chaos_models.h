// How an honest tap remembers where it was. Every model keeps the promise that Singer's bookmarks
// make: whatever lies before the position in a state has been written before that state. Resuming
// is inclusive.
#pragma once

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace chaos {

using Random = std::mt19937_64;

// Less than `limit`, which is not 0.
inline std::size_t below(Random& random, std::size_t limit)
{
    return static_cast<std::size_t>(random() % limit);
}

struct Stream {
    std::string id;     // tap_stream_id: the key in `bookmarks`
    std::string name;   // on the wire
    std::string schema; // schema-name of a table; tables of two schemas may share a name
    std::vector<std::int64_t> rows; // ids, ascending
    std::int64_t rows_per_key = 1;  // so many rows have the same replication key
    std::size_t parts = 1;
    bool only_full = false; // the tap cannot read it incrementally
    bool selected = false;  // this and the next as the catalog says
    bool full = false;

    std::int64_t key(std::int64_t row) const { return row / rows_per_key; }
};

enum class Model {
    marks,      // bookmarks[id].k, streams interleaved
    sequential, // the same, one stream after another; resumes at currently_syncing and skips what
                // stands before it
    partitions, // bookmarks[id].partitions[].k
    tables,     // bookmarks[id].k, several tables under one name, one after another
    flat,       // state[id].k
    log,        // state.lsn for all; bookmarks[id] says how far the stream's first copy is
    log_marks,  // bookmarks[id].lsn, the same in all; reads from the lowest
    position    // state.position for all, nothing else
};

Model model_of(std::string_view name);

struct Source {
    Model model = Model::marks;
    std::vector<Stream> streams;
    std::vector<std::size_t> log; // the stream of each event; its id is its place here
    std::int64_t log_now = 0;     // where the log is when the tap has never read it
};

Source read_source(const boost::json::object& config);

struct Row {
    std::size_t stream = 0;
    std::int64_t id = 0;
};

// Rows that come in this order; the position moves with them.
struct Task {
    enum class Kind { marks, table, first_copy, log };
    Kind kind = Kind::marks;
    std::size_t stream = 0; // not of a log
    std::size_t part = 0;
    std::int64_t until = 0; // of a first copy: the log goes on from there
    std::vector<Row> rows;
    std::size_t next = 0;

    bool done() const { return next == rows.size(); }
};

class Reader {
public:
    // `state` is what the tap was given; {} for none.
    Reader(const Source& source, boost::json::object state);

    // Tasks of one group are read in any order, groups one after another.
    std::vector<std::vector<Task>>& groups() { return m_groups; }
    void enter(const std::vector<Task>& group);
    void passed(const Task& task, const Row& row); // the row has been written
    void finished(const Task& task);
    void all_finished();
    std::string state() const { return boost::json::serialize(m_state); }

private:
    boost::json::object& bookmarks();
    boost::json::object& mark(std::size_t stream);
    std::optional<std::int64_t> marked(std::size_t stream, const char* key) const;
    std::optional<std::int64_t> marked_part(std::size_t stream, std::size_t part) const;
    void set_part(std::size_t stream, std::size_t part, std::int64_t key);
    bool is_log() const;
    void plan_table(std::size_t stream);
    void plan_marks(std::size_t stream);
    void plan_first_copy(std::size_t stream, std::int64_t log_start);
    void plan_log();
    std::int64_t log_start() const;
    void add(Task task);

    const Source& m_source;
    boost::json::object m_state;
    std::vector<std::vector<Task>> m_groups;
};

} // namespace chaos
