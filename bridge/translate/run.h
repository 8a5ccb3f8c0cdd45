// One run of the tap within a read: its lines in, Airbyte messages out.
#pragma once

#include "singer/message.h"
#include "translate/names.h"
#include "translate/read.h"
#include "translate/record.h"
#include "translate/state.h"
#include "util/time.h"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tapbridge::translate {

// How the tap's run ended, as far as translation is concerned.
struct RunVerdict {
    // The tap ended by itself with exit status 0. (Exit 0 after our own TERM is not that.)
    bool clean = false;
    // Why it did not; absent where a signal ended us or the reader went away: nobody is to blame
    // then.
    std::optional<airbyte::Error> failure;
};

class Run {
public:
    // `streams`: positions in read.plan().streams. `read` must outlive this.
    Run(Read& read, const std::vector<std::size_t>& streams);

    // What the tap is to be given.
    const std::optional<json::Value>& state() const { return m_joined.blob; }
    std::vector<Selection> selections() const;

    // The lines that follow were read at this moment.
    void set_time(std::int64_t wall_clock_ms, Clock::time_point now);
    // One line of the tap's stdout, without its newline.
    void line(std::string_view line);
    // A line has grown beyond the limit (bytes): an error, and the run ends.
    void line_too_long(std::size_t limit);

    // The last message, for an error: `RECORD of stream "items"`; "" where none has come.
    std::string last_message() const;

    // A merged state waits at most until then.
    std::optional<Clock::time_point> deadline() const;
    void on_deadline(Clock::time_point now);

    // There is no point in going on: the tap is to be stopped.
    bool wants_stop() const { return m_fatal.has_value() || m_replanned; }

    // After the tap has ended and its output is drained: the last states, statuses and errors.
    void finish(const RunVerdict& verdict);

private:
    struct RunStream {
        std::size_t index; // in read.plan().streams
        std::string prefix;
        std::string deleted_at;                // ReadStream's
        std::uint64_t records = 0;             // in this run
        std::uint64_t records_since_state = 0; // as the platform counts them
        std::optional<json::Value> bookmark;   // of its last state; at first what the tap was given
        bool appeared = false;
        bool put_off = false; // to a run of its own
        bool told_empty_record = false;
    };
    // A name that the tap uses on the wire.
    struct Wire {
        WireNames::Kind kind = WireNames::Kind::unknown;
        RunStream* stream = nullptr; // where kind is selected
        std::string schema;          // source text of its first SCHEMA
        std::string same_schema;     // of the last one that says the same in another order
        bool told_schema = false;    // that it has changed
        std::uint64_t dropped = 0;
    };
    struct NameHash : std::hash<std::string_view> {
        using is_transparent = void;
    };

    void message(const singer::Message& message);
    void record(const singer::Message& message);
    void drop_record(std::string_view name, Wire& wire);
    void schema(const singer::Message& message);
    void state(std::string_view value);
    void batch();
    void noise(std::string_view line);
    std::string excerpt(std::string_view line, std::size_t length) const;
    void damaged(std::string_view line);
    void fail_damaged(const std::string& problem);

    Wire& wire(std::string_view name);
    void settle(Wire& wire, std::string_view name, const WireNames::Match& match);
    void settle_collision(std::string_view name, const std::vector<std::size_t>& streams);
    bool hangs_on_itself(const std::vector<std::size_t>& streams) const;
    void put_off(const std::vector<std::size_t>& streams);
    void separate(const std::vector<std::size_t>& streams);
    void appear(RunStream& stream);

    const airbyte::StreamDescriptor& descriptor(const RunStream& stream) const;
    std::string name_of(const RunStream& stream) const;
    std::vector<StateStream> state_streams() const;
    std::vector<airbyte::StreamDescriptor> other_streams() const;
    bool any_without_records() const;
    void tell_dropped(std::string_view name, const Wire& from);
    airbyte::Error unexplained_name_error(std::string_view name) const;

    void emit_pending();
    void emit_states(const json::Value& blob, bool final);
    void emit_global_state(const json::Value& blob, bool final);
    void finish_clean();
    std::optional<airbyte::Error> root_cause(const RunVerdict& verdict) const;
    void judge_absent(RunStream& stream);
    bool may_be_silent() const;
    void count_dropped();

    Read& m_read;
    // Entries that the tap reads too, since streams of this run hang on them; what it sends of
    // them is dropped. In m_names they come after the streams.
    std::vector<std::size_t> m_parents;
    std::vector<RunStream> m_streams;
    WireNames m_names;
    JoinedState m_joined;
    std::uint64_t m_since = 0; // sequences of this run are above this
    singer::MessageReader m_reader;
    RecordWriter m_writer;
    std::unordered_map<std::string, Wire, NameHash, std::equal_to<>> m_wires;
    std::string_view m_last_name; // that was looked up; the key in m_wires
    Wire* m_last_wire = nullptr;
    singer::MessageType m_last_type = singer::MessageType::unknown;
    std::size_t m_strangers = 0; // names in m_wires that this run does not read
    Wire m_further_strangers;    // all names beyond k_most_strangers, and giant ones
    bool m_all_have_records = false;

    std::string m_state;                    // source text of the newest STATE
    std::optional<json::Value> m_sent_blob; // of the last GLOBAL
    bool m_has_state = false;
    bool m_state_pending = false;
    Clock::time_point m_now{};
    std::optional<Clock::time_point> m_state_sent;

    std::uint64_t m_line = 0;
    std::uint64_t m_messages = 0;
    std::uint64_t m_forwarded = 0;
    std::uint64_t m_noise = 0;
    std::uint64_t m_damaged = 0;
    std::optional<airbyte::Error> m_damage; // the first damaged line: no further state after it
    std::optional<airbyte::Error> m_fatal;  // what we stop the tap for
    bool m_replanned = false;
};

} // namespace tapbridge::translate
