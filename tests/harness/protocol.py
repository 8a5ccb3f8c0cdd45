"""What must hold for the output of every command, whatever the tap did."""

READ_TYPES = {"RECORD", "STATE", "TRACE", "CONTROL", "LOG"}
LOG_LEVELS = {"FATAL", "ERROR", "WARN", "INFO", "DEBUG", "TRACE"}
FAILURE_TYPES = {"config_error", "transient_error", "system_error"}
FINAL = {"COMPLETE", "INCOMPLETE"}


def stream_key(descriptor):
    return descriptor["name"], descriptor.get("namespace")


def check_errors(run):
    """Every error is complete, and the one that Airbyte will show comes first."""
    for error in run.errors:
        assert error["error"]["message"].strip(), "an error without a message"
        assert error["error"]["failure_type"] in FAILURE_TYPES, error
    times = [error["emitted_at"] for error in run.errors]
    assert not times or times[0] == min(times), "the first error has not the earliest emitted_at"


def check_logs(run):
    for log in run.logs:
        assert log["level"] in LOG_LEVELS, log
        assert isinstance(log["message"], str), log


def check_command(run):
    """Holds for spec, check, discover and read."""
    check_errors(run)
    check_logs(run)
    if run.exit_status in (0, 1):
        assert run.stderr == b"", f"on stderr: {run.stderr[:2000]!r}"
    if run.exit_status == 2:
        assert run.stdout == b"", f"wrong usage, but on stdout: {run.stdout[:2000]!r}"
        assert run.stderr.count(b"\n") == 1 and run.stderr.endswith(b"\n"), f"not one line: {run.stderr!r}"
    assert run.exit_status in (0, 1, 2) or run.exit_status < 0 or run.exit_status == 141, run.exit_status


def check_answer(run, kind):
    """spec, check and discover: one answer, or an error and exit 1."""
    check_command(run)
    answers = [message for message in run.messages if message["type"] == kind]
    if run.exit_status == 0:
        assert len(answers) == 1, f"{len(answers)} messages of type {kind}"
        assert not run.errors, run.errors
    elif run.exit_status == 1:
        assert len(run.errors) == 1, f"{len(run.errors)} errors"
        assert len(answers) <= (1 if kind == "CONNECTION_STATUS" else 0), answers


class ReadChecker:
    """Follows the messages of one read in their order."""

    def __init__(self, configured):
        self.streams = {
            (entry["stream"]["name"], entry["stream"].get("namespace")): [] for entry in configured["streams"]
        }
        self.records = dict.fromkeys(self.streams, 0)
        self.states = dict.fromkeys(self.streams, 0)
        self.uncovered = dict.fromkeys(self.streams, 0)
        self.last_emitted_at = 0

    def check(self, message):
        kind = message["type"]
        assert kind in READ_TYPES, f"{kind} does not belong into a read"
        if kind == "RECORD":
            self.record(message["record"])
        elif kind == "STATE":
            self.state(message["state"])
        elif kind == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
            self.status(message["trace"]["stream_status"])

    def known(self, key):
        assert key in self.streams, f"{key} is not configured"
        statuses = self.streams[key]
        assert statuses and statuses[0] == "STARTED", f"{key}: something came before STARTED"
        assert statuses[-1] not in FINAL, f"{key}: something came after {statuses[-1]}"

    def record(self, record):
        key = record["stream"], record.get("namespace")
        self.known(key)
        assert isinstance(record["data"], dict) and record["data"], f"{key}: empty data"
        assert isinstance(record["emitted_at"], int), f"{key}: emitted_at {record['emitted_at']!r}"
        assert record["emitted_at"] >= self.last_emitted_at, f"{key}: emitted_at went back"
        assert self.streams[key][-1] == "RUNNING", f"{key}: a record before RUNNING"
        self.last_emitted_at = record["emitted_at"]
        self.records[key] += 1
        self.uncovered[key] += 1

    def state(self, state):
        assert state["type"] in ("STREAM", "GLOBAL"), state["type"]
        assert "id" not in state, "the platform's id was echoed"
        if state["type"] == "STREAM":
            keys = [stream_key(state["stream"]["stream_descriptor"])]
            self.known(keys[0])
        else:
            keys = [stream_key(entry["stream_descriptor"]) for entry in state["global"]["stream_states"]]
            assert sorted(keys, key=str) == sorted(self.streams, key=str), "a GLOBAL state lists every configured stream"
        covered = sum(self.uncovered[key] for key in keys)
        assert state["sourceStats"]["recordCount"] == covered, (
            f"{keys}: the state counts {state['sourceStats']['recordCount']} records, {covered} came since the last one"
        )
        for key in keys:
            self.uncovered[key] = 0
            self.states[key] += 1

    def status(self, status):
        key, name = stream_key(status["stream_descriptor"]), status["status"]
        assert key in self.streams, f"a status of {key}, which is not configured"
        statuses = self.streams[key]
        before = statuses[-1] if statuses else None
        allowed = {
            None: {"STARTED", "INCOMPLETE"},
            "STARTED": {"RUNNING", "COMPLETE", "INCOMPLETE"},
            "RUNNING": {"COMPLETE", "INCOMPLETE"},
        }
        assert name in allowed.get(before, ()), f"{key}: {name} after {before}"
        if name == "COMPLETE":
            assert self.states[key], f"{key}: COMPLETE without a state"
            assert not self.uncovered[key], f"{key}: COMPLETE, but {self.uncovered[key]} records without a state"
        statuses.append(name)

    def finish(self, run):
        last = {key: statuses[-1] for key, statuses in self.streams.items() if statuses}
        for key, statuses in self.streams.items():
            assert ("RUNNING" in statuses) == (self.records[key] > 0), f"{key}: RUNNING means records, and the reverse"
        if run.exit_status == 0:
            for key in self.streams:
                assert last.get(key) == "COMPLETE", f"exit 0, but {key} ended with {last.get(key)}"
            assert not run.errors, f"exit 0, but {run.errors}"
        elif run.exit_status == 1:
            assert run.errors, "exit 1 without an error"
            assert set(last.values()) <= FINAL, f"exit 1, but streams without an end: {last}"


def check_read(run, configured):
    """Statuses, counts, states, errors and exit status of one read fit together."""
    check_command(run)
    checker = ReadChecker(configured)
    for message in run.messages:
        checker.check(message)
    checker.finish(run)
