#!/usr/bin/env python3
"""Kills tap, minder, bridge and reader at random and resumes until all has come: README.md says by which rules.

A *sync* reads one source until a round ends with exit 0; a *round* is one run of the bridge. Between syncs the source
grows, streams are reset, and another sync of the same source begins where the first ended.
"""

import argparse
import collections
import json
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from faults import Driver, Plan, kill_descendants, make_pipe  # noqa: E402
from harness.bridge import Bridge, Run  # noqa: E402
from harness.processes import become_subreaper  # noqa: E402
from harness.protocol import ReadChecker, check_command, stream_key  # noqa: E402
from sources import Source  # noqa: E402

ROOT = Path(__file__).resolve().parent.parent.parent
TAME_FROM = 10  # from this round of a sync on nothing goes wrong any more


class Lost(AssertionError):
    def __init__(self, count, what):
        super().__init__(what)
        self.count = count


class Destination:
    """What has been committed of each stream, and the state that goes with it; streams commit on their own."""

    def __init__(self):
        self.rows, self.states = {}, {}

    def committed(self, stream):
        return self.rows.setdefault(stream.id, set())

    def commit(self, stream, rows, state):
        self.committed(stream).update(rows)
        self.states[stream.id] = state

    def reset(self, stream):
        self.rows.pop(stream.id, None)
        self.states.pop(stream.id, None)


class Arrivals:
    """The output of one round, held against what each state promises."""

    def __init__(self, source, destination):
        self.source, self.destination = source, destination
        self.streams = {stream.key: stream for stream in source.configured()}
        self.rows = {stream.id: [] for stream in source.configured()}
        self.states = {stream.id: [] for stream in source.configured()}  # (rows before it, message)

    def take(self, message):
        if message["type"] == "RECORD":
            record = message["record"]
            stream = self.streams[record["stream"], record.get("namespace")]
            row = record["data"]
            assert row["k"] == stream.mark(row["id"]), f"{stream.id}: not a row of the source: {row}"
            self.rows[stream.id].append(row["id"])
        elif message["type"] == "STATE":
            self.take_state(message["state"])
        elif message["type"] == "TRACE" and message["trace"]["type"] == "STREAM_STATUS":
            status = message["trace"]["stream_status"]
            if status["status"] == "COMPLETE":
                self.demand(self.streams[stream_key(status["stream_descriptor"])], None, "COMPLETE")

    def take_state(self, state):
        stream = self.streams[stream_key(state["stream"]["stream_descriptor"])]
        if stream.incremental:
            value = state["stream"]["stream_state"]
            self.demand(stream, self.source.promised(stream, value), f"state {json.dumps(value)}")
        self.states[stream.id].append((len(self.rows[stream.id]), state))

    def demand(self, stream, promised, what):
        """All rows, or the promised ones, have come in this round or were committed before."""
        missing = set(stream.rows if promised is None else promised).difference(self.rows[stream.id])
        if stream.incremental:
            missing -= self.destination.committed(stream)
        if missing:
            raise Lost(len(missing), f"{stream.id}: {what}, but rows {sorted(missing)[:20]} have not come")

    def commit(self, rng, everything):
        """Any state that came may be the last one that a stream's destination has committed."""
        newest = everything or rng.random() < 0.5
        for stream in self.source.configured():
            came = self.states[stream.id]
            if not came or (not everything and rng.random() < 0.2):
                continue
            rows, state = came[-1] if newest else rng.choice(came)
            # What came of a full refresh that was cut short counts for nothing, but its state is kept.
            counts = stream.incremental or everything
            self.destination.commit(stream, self.rows[stream.id][:rows] if counts else [], state)


class Sync:
    """One source, read until it is complete, several times."""

    def __init__(self, options, number):
        self.options, self.number = options, number
        self.folder = Path(tempfile.mkdtemp(prefix=f"chaos-{number}-", dir=options.folder))
        rng = self.rng("source")
        self.source = Source(rng, options.scale)
        # Most runs are over before the usual ten seconds for which states are merged.
        self.interval = rng.choice(["0s", "0s", "1ms", "30ms", "10s"])
        self.bridge = Bridge(options.bridge, self.folder)
        self.destination = Destination()
        self.rounds = self.records = self.duplicates = 0
        self.plan = None
        self.killed = set()  # pids of bridges
        self.tally = collections.Counter()
        self.log = []

    def rng(self, *names):
        return random.Random("/".join(map(str, (self.options.seed, self.number, *names))))

    def run(self):
        for phase in range(3):
            if phase:
                self.change(self.rng("change", phase))
            count = 0
            while not self.round(self.rng("round", phase, count), tame=count >= TAME_FROM):
                count += 1
            self.records += sum(len(stream.rows) for stream in self.source.configured())
        shutil.rmtree(self.folder)

    def change(self, rng):
        """Between two syncs: new rows, another selection, streams that are reset."""
        if rng.random() < 0.8:
            self.source.grow(rng)
        if rng.random() < 0.3:
            self.source.configure(rng)
        for stream in self.source.streams:
            if rng.random() < 0.15:
                self.destination.reset(stream)

    def round(self, rng, tame):
        """One run of the bridge; whether it ended the sync."""
        self.rounds += 1
        self.plan = Plan(rng, tame, sum(len(stream.rows) for stream in self.source.configured()))
        arrivals = Arrivals(self.source, self.destination)
        run, driver = self.start(rng)
        self.log.append(f"{self.plan}; done {driver.done}; exit {run.exit_status}")
        self.tally[f"exit {run.exit_status}"] += 1
        self.tally["states"] += len(run.states)
        self.tally.update(f"{fault.victim} {fault.action}" for fault in driver.done)
        check_command(run)
        checker = ReadChecker(self.source.catalog())
        for message in run.messages:
            checker.check(message)
            arrivals.take(message)
        if run.exit_status in (0, 1) and not driver.closed:
            checker.finish(run)  # what else there is was cut short
        self.judge(run, driver)
        complete = run.exit_status == 0 and not driver.closed
        if complete:
            for stream in self.source.configured():
                arrivals.demand(stream, None, "exit 0")
        for stream in self.source.configured():
            rows = arrivals.rows[stream.id]
            self.duplicates += len(rows) - len(set(rows) - self.destination.committed(stream))
        arrivals.commit(rng, complete)
        return complete

    def start(self, rng):
        config = self.source.config() | self.plan.tap
        states = [state for state in self.destination.states.values()]
        rng.shuffle(states)
        adapter = {
            "version": 1,
            "state": {"interval": self.interval},
            "limits": {"stop_grace": self.plan.grace},
        }
        files = {"config": config, "catalog": self.source.catalog(), "adapter": adapter}
        if states or rng.random() < 0.5:
            files["state"] = states
        arguments = self.bridge.arguments("read", [str(self.options.tap)], **files)
        if self.plan.to_file:
            write = read = os.open(self.folder / "stdout", os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC)
        else:
            read, write = make_pipe(self.plan.pipe_size)
        with open(self.folder / "stderr", "w+b") as stderr:
            process = self.bridge.start(arguments, stdout=write, stderr=stderr)
            if not self.plan.to_file:
                os.close(write)
            driver = Driver(self.plan, process, read)
            try:
                status, output = driver.run()
            except BaseException:
                process.kill()
                raise
            finally:
                if not driver.closed:
                    os.close(read)
            stderr.seek(0)
            said = stderr.read()
        driver.leave_nothing_behind(at_once=status != -signal.SIGKILL)
        self.look_for_folders(process.pid, status)
        if status not in (0, 1) or driver.closed:
            output = output[: output.rfind(b"\n") + 1]
        return Run(status, output, said, models=False), driver

    def look_for_folders(self, pid, status):
        """A killed bridge leaves its folder to the next that gets far enough to make one of its own."""
        if status == -signal.SIGKILL:
            self.killed.add(str(pid))
        for path in [*self.bridge.work.iterdir(), *self.bridge.temporary.iterdir()]:
            assert path.name.split("-")[1] in self.killed, f"left behind: {path}"
            if not (path / "lock").exists():
                shutil.rmtree(path)  # killed while it made it: for a minute nobody can tell that it is dead
            assert status != 0 or not path.exists(), f"not swept: {path}"

    def judge(self, run, driver):
        """Every ending has a cause that we know of."""
        status = run.exit_status
        sent = {signal.Signals["SIG" + fault.action.split()[0]] for fault in driver.done if fault.victim == "bridge"}
        if status < 0:
            assert -status in sent, f"ended by signal {-status}, which nobody sent"
        elif status == 141:
            assert driver.closed, "141, but somebody reads"
        elif status != 0:
            assert not self.plan.is_harmless(driver.done), f"a failure without a fault: {run.errors}"


def run_sync(options, number, stop):
    """The counts of one sync, and what went wrong."""
    if stop.is_set():
        return None
    sync = Sync(options, number)
    problem, lost = None, 0
    try:
        sync.run()
    except Exception as error:
        kill_descendants(os.getpid())  # the next sync begins with none
        lost = getattr(error, "count", 0)
        last = "\n".join(sync.log[-3:])
        problem = (
            f"sync {number}, round {sync.rounds} of it: {error or type(error).__name__}\n"
            f"{traceback.format_exc()}\n"
            f"model {sync.source.model}, interval {sync.interval}\n"
            f"the last rounds:\n{last}\nthis round: {sync.plan}\nfiles: {sync.folder}\n"
            f"again: {Path(__file__).name} --seed {options.seed} --sync {number}\n"
        )
    return sync.rounds, sync.records, sync.duplicates, sync.tally, lost, problem


def work(options, numbers, results, stop):
    become_subreaper()
    while not stop.is_set():
        with numbers.get_lock():
            number = numbers.value
            numbers.value += 1
        results.put(run_sync(options, number, stop))
    results.put(None)


def run_all(options):
    numbers, stop = multiprocessing.Value("i", 1), multiprocessing.Event()
    results = multiprocessing.SimpleQueue()
    arguments = (options, numbers, results, stop)
    workers = [multiprocessing.Process(target=work, args=arguments) for _ in range(options.jobs)]
    for worker in workers:
        worker.start()
    rounds = records = duplicates = lost = failures = 0
    tally = collections.Counter()
    running = len(workers)
    began = time.monotonic()
    while running:
        result = results.get()
        if result is None:
            running -= 1
            continue
        more_rounds, more_records, more_duplicates, more_tally, more_lost, problem = result
        rounds, records, lost = rounds + more_rounds, records + more_records, lost + more_lost
        duplicates += more_duplicates
        tally.update(more_tally)
        if problem:
            failures += 1
            print(problem, flush=True)
        if rounds >= options.rounds or failures >= options.failures:
            stop.set()
    for worker in workers:
        worker.join()
    print(", ".join(f"{name}: {count}" for name, count in sorted(tally.items())))
    print(f"{duplicates} records came twice; {failures} syncs failed; {time.monotonic() - began:.0f} s")
    print(f"lost {lost} of {records} records in {rounds} rounds (seed {options.seed})")
    return 1 if failures or lost else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="at least so many runs of the bridge")
    parser.add_argument("--seed", type=int, default=None, help="default: another one each time")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--sync", type=int, default=None, help="only this sync of the seed")
    parser.add_argument("--scale", type=int, default=600, help="most rows of a stream, each time that it grows")
    parser.add_argument("--failures", type=int, default=1, help="go on until so many syncs have failed")
    parser.add_argument("--bridge", default=os.environ.get("TAPBRIDGE") or ROOT / "build/dev/bridge/tapbridge")
    parser.add_argument("--tap", default=os.environ.get("CHAOS_TAP") or ROOT / "build/dev/tests/chaos/chaos_tap")
    parser.add_argument("--folder", default=None, help="where a failed sync's files are kept")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().getrandbits(32)
    print(f"seed {options.seed}", flush=True)
    for program in (options.bridge, options.tap):
        if not os.access(program, os.X_OK):
            sys.exit(f"{program} is not there: build it")
    if options.sync is None:
        return run_all(options)
    become_subreaper()
    rounds, records, _, _, lost, problem = run_sync(options, options.sync, multiprocessing.Event())
    print(problem or "", f"lost {lost} of {records} records in {rounds} rounds (seed {options.seed})", sep="\n")
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main())
