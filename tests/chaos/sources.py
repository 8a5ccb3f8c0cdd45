"""Random sources for the chaos tap, and what each state of them promises."""

MODELS = ["marks", "sequential", "partitions", "tables", "flat", "log", "log_marks", "position"]
LOGS = {"log", "log_marks", "position"}


def log_uniform(rng, low, high):
    """Small numbers as often as large ones."""
    return round(low * (high / low) ** rng.random())


class Stream:
    """One table of the source; `configured` is None where the user has not selected it, else its sync mode."""

    def __init__(self, index, model, rng, first_table):
        self.id = f"s{index}"
        self.name, self.schema = self.id, ""
        if model == "tables" and index >= first_table:
            self.id, self.name, self.schema = f"db{index}-orders", "orders", f"db{index}"
        self.rows = []
        self.rows_per_key = 1 if model in LOGS else rng.choice([1, 1, 2, 7])
        self.parts = rng.choice([1, 2, 5]) if model == "partitions" else 1
        self.only_full = index > 0 and rng.random() < 0.15
        self.configured = None

    @property
    def key(self):
        """Name and namespace, as in Airbyte's messages."""
        return self.name, self.schema or None

    @property
    def incremental(self):
        return self.configured == "incremental"

    def mark(self, row):
        return row // self.rows_per_key


class Source:
    """A tap's data. It only grows; everything that is random comes from `rng`."""

    def __init__(self, rng, scale):
        self.model = rng.choice(MODELS)
        self.scale = scale
        count = rng.randint(2 if self.model == "tables" else 1, 5)
        # Those before it have sent records when the tables of one name are noticed.
        first_table = rng.randint(0, count - 2) if self.model == "tables" else count
        self.streams = [Stream(index, self.model, rng, first_table) for index in range(count)]
        self.log = []
        self.log_now = 0
        self.grow(rng)
        self.configure(rng)

    def grow(self, rng):
        if self.model in LOGS:
            before = len(self.log)
            logged = [index for index, stream in enumerate(self.streams) if not stream.only_full] or [0]
            for _ in range(log_uniform(rng, 1, self.scale)):
                index = rng.choice(logged)
                self.streams[index].rows.append(len(self.log))
                self.log.append(index)
            self.log_now = rng.randint(before, len(self.log))
        for stream in self.streams:
            if self.model not in LOGS or stream.only_full:
                more = 0 if rng.random() < 0.1 else log_uniform(rng, 1, self.scale)
                stream.rows = list(range(len(stream.rows) + more))

    def configure(self, rng):
        """What the user selects, at least one stream."""
        for stream in self.streams:
            mode = "full_refresh" if stream.only_full or rng.random() < 0.15 else "incremental"
            stream.configured = None if rng.random() < 0.1 else mode
        if not self.configured():
            self.streams[0].configured = "incremental"

    def configured(self):
        return [stream for stream in self.streams if stream.configured]

    def config(self):
        """The tap's settings that say what there is."""
        streams = [
            {
                "id": stream.id,
                "name": stream.name,
                "schema": stream.schema,
                # Rows of a log are counted there.
                "rows": 0 if self.model in LOGS and not stream.only_full else len(stream.rows),
                "rows_per_key": stream.rows_per_key,
                "parts": stream.parts,
                "only_full": stream.only_full,
            }
            for stream in self.streams
        ]
        log = "".join(map(str, self.log))
        return {"model": self.model, "streams": streams, "log": log, "log_now": self.log_now}

    def catalog(self):
        """The configured catalog."""
        entries = []
        for stream in self.configured():
            described = {"name": stream.name, "json_schema": {"type": "object", "properties": {}},
                         "supported_sync_modes": ["full_refresh", "incremental"]}
            if stream.schema:
                described["namespace"] = stream.schema
            entries.append({"stream": described, "sync_mode": stream.configured, "cursor_field": ["k"],
                            "primary_key": [["id"]], "destination_sync_mode": "append"})
        return {"streams": entries}

    def promised(self, stream, stream_state):
        """The rows that a state says have come: those before its position, where a tap resumes."""
        shared = stream_state.get("shared") or {}
        if self.model == "position":
            return [row for row in stream.rows if row < shared.get("position", 0)]
        own = (shared.get(stream.id) if self.model == "flat" else stream_state.get("bookmark")) or {}
        if self.model == "partitions":
            marks = {part["context"]["part"]: part["k"] for part in own.get("partitions", [])}
            return [row for row in stream.rows if stream.mark(row) < marks.get(row % stream.parts, 0)]
        if self.model == "log":
            before = shared.get("lsn", 0) if "done" in own else own.get("copied", 0)
            return [row for row in stream.rows if row < before]
        if self.model == "log_marks":
            return [row for row in stream.rows if row < own.get("lsn", 0)]
        return [row for row in stream.rows if stream.mark(row) < own.get("k", 0)]
