// One `read`: what is known of each stream over all runs of the tap, and what still has to be run.
#pragma once

#include "airbyte/error.h"
#include "airbyte/message.h"
#include "airbyte/redactor.h"
#include "airbyte/state_input.h"
#include "singer/catalog.h"
#include "translate/plan.h"
#include "util/log.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

namespace tapbridge::translate {

struct ReadOptions {
    std::chrono::milliseconds state_interval{10'000};
    // The catalog lists all streams of the tap. False for a tap that cannot discover: then a name
    // that the catalog does not explain is a stream that was not selected.
    bool catalog_is_complete = true;
    // GLOBAL states, one for all streams, instead of one for each: for a tap whose state cannot be
    // taken apart.
    bool global_state = false;
    // Sequences of states are above this: the wall clock in ms, see join_state.
    std::uint64_t least_sequence = 0;
};

// How far a configured stream has come. Kept over runs: a stream may be started in one run and read
// in the next.
struct StreamProgress {
    bool started = false;
    bool running = false; // sent a record
    bool ended = false;   // COMPLETE or INCOMPLETE is out
};

class Read {
public:
    // Where messages go.
    struct Sinks {
        std::string& out;
        Log& log;
        const airbyte::Redactor& redactor; // for errors; `log` has its own
    };

    // All of it must outlive this.
    Read(const ReadPlan& plan, const singer::Catalog& catalog, const airbyte::StateInput& input,
         Sinks sinks, ReadOptions options);

    // The streams (positions in plan.streams) that the next run of the tap has to read; empty when
    // all is done.
    std::vector<std::size_t> take_next_run();
    // Puts off streams that cannot share a run: they are read in a run of their own.
    void queue_run(std::vector<std::size_t> streams);

    // Statuses are sent once each.
    void start(std::size_t stream);
    void running(std::size_t stream);
    void complete(std::size_t stream);
    void incomplete(std::size_t stream);

    // Sends a TRACE ERROR: from now on the read has failed. The first one is taken for the root
    // cause.
    void fail(const airbyte::Error& error);
    // Ends every stream that has not ended as INCOMPLETE; streams the tap does not have get their
    // error.
    void finish();

    bool failed() const { return m_failed; }
    std::uint64_t next_sequence() { return ++m_sequence; }
    std::uint64_t last_sequence() const { return m_sequence; }
    void continue_sequence(std::uint64_t last_seen);

    const ReadPlan& plan() const { return m_plan; }
    const singer::Catalog& catalog() const { return m_catalog; }
    const airbyte::StateInput& input() const { return m_input; }
    const ReadOptions& options() const { return m_options; }
    std::string& out() { return m_sinks.out; }
    Log& log() { return m_sinks.log; }
    const airbyte::Redactor& redactor() const { return m_sinks.redactor; }

private:
    void end(std::size_t stream, airbyte::StreamStatus status);
    void send(std::size_t stream, airbyte::StreamStatus status);

    const ReadPlan& m_plan;
    const singer::Catalog& m_catalog;
    const airbyte::StateInput& m_input;
    Sinks m_sinks;
    ReadOptions m_options;
    std::vector<StreamProgress> m_progress;
    std::deque<std::vector<std::size_t>> m_queue;
    std::uint64_t m_sequence = 0;
    bool m_failed = false;
};

} // namespace tapbridge::translate
