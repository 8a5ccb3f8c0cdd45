"""Secrets stay inside, whatever a tap does with its config; and what holds them is closed to others."""

import base64
import binascii
import html
import json
import os
import random
import re
import resource
import shlex
import signal
import stat
import sys
import textwrap
import urllib.parse
from pathlib import Path

import pytest

from harness.bridge import configured
from harness.processes import marked_processes, wait_until
from harness.scripted import catalog, record, schema, stream

ITEMS = stream("items")
DISCOVER = "[discover]\n" + catalog(ITEMS)
SAYS = schema(ITEMS) + record("items", id=1)
CONFIGURED = configured({"streams": [{"name": "items", "json_schema": {}}]})

BODY = "".join(random.Random(7).choices("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", k=256))
LINES = [BODY[at : at + 64] for at in range(0, len(BODY), 64)]
PEM = "\n".join(["-----BEGIN PRIVATE KEY-----", *LINES, "Qw9=", "-----END PRIVATE KEY-----", ""])
ACCOUNT = json.dumps({"type": "service_account", "project_id": "shop-7", "private_key": PEM, "client_id": "1"}, indent=2)

# name: value, and what of it is secret where that is not all of it
SETTINGS = {
    "password": ('h7"un\\te\'r 2&<ü>%41+x', ()),
    "auth": ("sid-8d7f-9a", ()),
    "sas_token": ("sv=2020&sig=Zm9v%2Bbar%3D", ()),
    "otp": ("kx81-22", ()),
    "token_2": ("second-Token/77+==", ()),
    "clientSecret": ("prefix-1", ()),
    "refresh_token": ("prefix-1-and-longer-token-b4d5e6f7", ()),
    "api_key": ("🗝️-schlüssel-№9", ()),
    "pin_code": ("public-77", ()),  # not known by its name: never hidden
    "passcode": (8274651203, ()),
    "private_key": (PEM, (PEM, *LINES)),
    "deploy_key": (PEM.replace("\n", "\\n"), (*LINES,)),
    "service_account": (ACCOUNT, (PEM, *LINES)),
    "credentials": ({"type": "public-8", "inner": ["nested-one-1", {"deep": "nested-two-2"}]}, ("nested-one-1", "nested-two-2")),
    "base_url": ("https://me:pw%40in-url@host.example/x?api_key=query-9key&page=1", ("pw%40in-url", "pw@in-url", "query-9key")),
    "odbc": ("Server=host.example;Uid=me;Pwd=odbc-pw;Encrypt=yes", ("odbc-pw",)),
    "headers": ("Authorization: Bearer header-bearer-77\nAccept: text/plain", ("header-bearer-77",)),
    "header_list": ([{"name": "X-Api-Key", "value": "listed-key-5"}], ("listed-key-5",)),
    "http_headers": ({"Authorization": "Basic " + base64.b64encode(b"me:basic-pw-5").decode()}, ("basic-pw-5",)),
}  # fmt: skip
CONFIG = {name: value for name, (value, _) in SETTINGS.items()}
SECRETS = sorted(
    {str(part) for name, (value, parts) in SETTINGS.items() for part in parts or (value,) if name != "pin_code"}
)

# A tap that shows its whole config in every way that a program has.
TELLTALE = '''
import base64, binascii, html, json, logging, os, pprint, re, shlex, sys, traceback, urllib.parse
arguments = sys.argv[3:]
if "--help" in arguments or "--about" in arguments:
    print("usage: tap [--config C] [--discover] [--catalog C] [--state S]")
    sys.exit()
place, status = sys.argv[1:3]
config = json.load(open(arguments[arguments.index("--config") + 1]))
out = sys.stderr.buffer if place == "err" else sys.stdout.buffer


def say(text):
    out.write((text if isinstance(text, bytes) else text.encode()) + b"\\n")
    out.flush()


def leaves(value):
    if isinstance(value, (dict, list)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from leaves(inner)
    else:
        yield str(value)


def quote_all(text):
    return "".join(f"%{byte:02x}" for byte in text.encode())


def utf16_escapes(text, form):
    units = text.encode("utf-16-be")
    return "".join(form % int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2))


def b64s(text):
    for before in ("", "m", "me"):
        for encode in (base64.b64encode, base64.urlsafe_b64encode, base64.encodebytes, lambda b: base64.b64encode(base64.b64encode(b))):
            code = encode((before + ":" + text + ":and more").encode()).decode()
            yield from (code, code.rstrip("=\\n"), repr(code), urllib.parse.quote(code, safe=""))


def forms(text):
    yield from (text, repr(text), ascii(text), repr(text.encode()), json.dumps(text), json.dumps(text, ensure_ascii=False))
    yield json.dumps(json.dumps(text))
    yield json.dumps(repr({"k": json.dumps({"v": text})}))
    yield text.encode("latin-1", "replace")
    yield text.encode("unicode_escape")
    yield json.dumps(text).replace("/", "\\\\/")
    for quote in (urllib.parse.quote, urllib.parse.quote_plus, lambda t: urllib.parse.quote(t, safe=""), quote_all):
        yield quote(text)
        yield re.sub("%..", lambda m: m[0].lower(), quote(text))
        yield quote(quote(text))
        yield json.dumps(quote(json.dumps({"q": text})))
    yield utf16_escapes(text, "\\\\u%04x")
    yield utf16_escapes(text, "\\\\u%04X")
    yield html.escape(text)
    yield html.escape(html.escape(json.dumps(text)))
    yield text.encode("ascii", "xmlcharrefreplace")
    yield "".join(f"&#x{ord(c):X};" for c in text)
    yield shlex.quote(text)
    yield "'" + text.replace("'", "''") + "'"
    yield '"' + text.replace('"', '""') + '"'
    yield "tap --x " + re.sub("([^A-Za-z0-9_\\n-])", r"\\\\\\1", text)
    yield binascii.hexlify(text.encode())
    yield text.encode().hex().upper()
    yield "".join("\\\\%03o" % byte for byte in text.encode())
    yield from b64s(text)


def boom(config, **settings):
    raise ValueError("bad settings: %s" % (settings,))


for whole in (json.dumps(config), json.dumps(config, indent=2), json.dumps(config, ensure_ascii=False), repr(config),
              pprint.pformat(config, width=60), urllib.parse.urlencode(config), *list(b64s(json.dumps(config)))[::5]):
    say(whole)
for leaf in leaves(config):
    for form in forms(leaf):
        say(b"ERROR it is " + form if isinstance(form, bytes) else "ERROR it is " + form)
    say(leaf)
    say("CRITICAL " + leaf)
    for line in leaf.split("\\n"):
        say(line)
        say("INFO key=" + line + ", again " + line)
    say("x" * 80 + leaf)
    say("{" + '"type": "RECORD" ' + leaf)
logging.basicConfig(stream=sys.stderr)
try:
    boom(config, **config)
except ValueError:
    logging.exception("with locals %r", locals())
    out.write(traceback.format_exc().encode())
if "--discover" in arguments and place != "broken":
    print(json.dumps({"streams": [{"stream": "items", "tap_stream_id": "items", "schema": {"properties": {"id": {"type": "integer"}}}}]}))
elif "--discover" in arguments:
    print(json.dumps(config)[:-1])
else:
    print(json.dumps({"type": "SCHEMA", "stream": "items", "schema": {"properties": {"id": {"type": "integer"}}}, "key_properties": []}))
    print(json.dumps({"type": "RECORD", "stream": "items", "record": {"id": 1}}))
if status != "0":
    sys.stderr.write("CRITICAL " + json.dumps(config) + "\\n")
    sys.exit(repr(config) if status == "text" else int(status))
'''


@pytest.fixture
def python_tap(tmp_path):
    """python_tap(text, arguments...) is the command of a tap in Python."""

    def command(text, *arguments):
        path = tmp_path / "tap.py"
        path.write_text(text, encoding="utf-8")
        return [sys.executable, "-I", "-B", str(path), *arguments]

    return command


def base64_cores(data):
    """What base64 of any text that holds these bytes holds."""
    for before in range(3):
        bits = 8 * (before + len(data))
        code = base64.b64encode(b"\0" * before + data + b"\0\0").decode()
        yield code[-(-8 * before // 6) : bits // 6]


def forms(secret):
    """Every form under which somebody might find a secret."""
    found = {secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]}
    found |= {ascii(secret)[1:-1], repr(secret.encode())[2:-1], html.escape(secret), shlex.quote(secret)}
    found |= {binascii.hexlify(secret.encode()).decode(), secret.encode().hex().upper()}
    for quote in (urllib.parse.quote, urllib.parse.quote_plus, lambda text: urllib.parse.quote(text, safe="")):
        found |= {quote(secret), quote(quote(secret)), re.sub("%..", lambda code: code[0].lower(), quote(secret))}
    for text in {secret, json.dumps(secret)[1:-1]}:
        for core in base64_cores(text.encode()):
            found |= {core, core.replace("+", "-").replace("/", "_")}
    return {form for form in found if len(form) >= 4}


def texts_of(value):
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        return [text for inner in value for text in texts_of(inner)]
    return [value] if isinstance(value, str) else []


def without_backslashes(text):
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda code: chr(int(code[1], 16)), text)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    controls = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f"}
    return re.sub(r"\\(.)", lambda code: controls.get(code[1], code[1]), text)


DECODERS = (without_backslashes, urllib.parse.unquote, html.unescape)


def readings(text):
    """A text with none, one or two of its escapes undone."""
    once = [decode(text) for decode in DECODERS]
    return {text, *once, *(decode(inner) for inner in once for decode in DECODERS)}


def said(run):
    """Everything that came out and is no data: as it stands, and as its readers see it."""
    kept = [message for message in run.messages if message["type"] not in ("RECORD", "STATE", "CATALOG", "CONTROL")]
    texts = {text for message in kept for text in texts_of(message)}
    lines = {line for text in texts for line in text.split("\n")}
    seen = {reading for text in lines for reading in readings(text)}
    return "\n".join([run.stderr.decode("utf-8", "replace"), *texts, *seen])


def assert_hidden(run, secrets, what=""):
    everything = said(run)
    for secret in secrets:
        for form in forms(secret):
            at = everything.find(form)
            assert at < 0, f"{what}: {secret!r} as {form!r} in ...{everything[max(0, at - 100) : at + 200]!r}"


WAYS = [(place, status) for place in ("err", "out") for status in ("0", "1", "text")] + [("broken", "0")]


@pytest.mark.parametrize(("place", "status"), WAYS, ids=map("-".join, WAYS))
def test_a_tap_that_shows_its_whole_config(bridge, python_tap, place, status):
    tap = python_tap(TELLTALE, place, status)
    options = ["--debug"]
    runs = [bridge.check(CONFIG, tap, options=options), bridge.discover(CONFIG, tap, options=options)]
    runs.append(bridge.read(CONFIG, CONFIGURED, tap=tap, options=options))
    for run in runs:
        assert_hidden(run, SECRETS, place + status)
        assert "****" in said(run)
    if place == "err" and status == "0":
        assert all(word in said(runs[-1]) for word in ("public-77", "public-8", "host.example", "text/plain"))


LETTERS = "abXY019 \t\n\r\"'\\/%&<>=+-_.:;{}[]$`~#@!?,|^*()üé№🗝\x7f\x01"


@pytest.mark.parametrize("seed", range(4))
def test_secrets_of_any_letters(bridge, python_tap, seed):
    rng = random.Random(seed)
    config = {f"token_{n}": "".join(rng.choices(LETTERS, k=rng.choice((8, 12, 20, 40)))) for n in range(12)}
    run = bridge.read(config, CONFIGURED, tap=python_tap(TELLTALE, rng.choice(("err", "out")), "1"))
    assert_hidden(run, [secret for secret in config.values() if secret.strip("*")], f"seed {seed}")


# Said of a broken file is where it breaks, never what stands there.
BROKEN = ['{"password": "hunter2-77" "x"}', '{"password": hunter2-77}', '["hunter2-77"]', '"hunter2-77"', '{"password": "hunter2-77']


@pytest.mark.parametrize("text", BROKEN)
def test_an_error_about_the_config_does_not_cite_it(bridge, scripted_tap, text):
    for command, more in (("check", {}), ("discover", {}), ("read", {"catalog": CONFIGURED})):
        run = bridge.run(command, scripted_tap(DISCOVER), config=text, options=["--debug"], **more)
        assert "hunter2" not in (run.stdout + run.stderr).decode()
    state = bridge.run("read", scripted_tap(DISCOVER), config={}, catalog=CONFIGURED, state=text)
    assert "hunter2" not in (state.stdout + state.stderr).decode()


def test_a_long_line_ends_before_half_a_secret(bridge, python_tap):
    """Of a line on stderr a MiB is looked at. Where masks have made that short, its end would be seen."""
    secret = "https://me:pass-in-address@host.example/" + "d" * 4000
    tap = python_tap(
        textwrap.dedent(f"""
            import sys
            if "--config" in sys.argv:
                for more in range(4):
                    sys.stderr.write("x" * 1000 * more + ({secret!r} + " ") * 400 + "\\n")
                sys.exit(1)
            """)
    )
    run = bridge.read({"dsn": secret}, CONFIGURED, tap=tap)
    assert run.exit_status == 1
    assert "**** ****" in said(run) and "https:" not in said(run)


WATCHER = '''
import json, os, resource, stat, sys, time
if "--help" in sys.argv or "--about" in sys.argv or "--discover" in sys.argv:
    print("usage: tap [--config C] [--discover] [--catalog C]" if "--discover" not in sys.argv else json.dumps({"streams": [
        {"stream": "items", "tap_stream_id": "items", "schema": {"properties": {"id": {"type": "integer"}}}}]}))
    sys.exit()
folder = os.path.dirname(sys.argv[sys.argv.index("--config") + 1])
seen = {"modes": {name: stat.S_IMODE(os.lstat(os.path.join(folder, name)).st_mode) for name in os.listdir(folder)}}
seen["folder"] = stat.S_IMODE(os.stat(folder).st_mode)
seen["core"] = resource.getrlimit(resource.RLIMIT_CORE)[0]
seen["environment"] = dict(os.environ)
seen["processes"] = {}
pid = os.getpid()
while pid > 1 and len(seen["processes"]) < 3:
    read = lambda name: open(f"/proc/{pid}/{name}", "rb").read().decode("utf-8", "replace")
    seen["processes"][pid] = {name: read(name) for name in ("cmdline", "environ", "limits")}
    pid = int(read("stat").rpartition(")")[2].split()[1])
json.dump(seen, open(sys.argv[1] + ".new", "w"))
os.rename(sys.argv[1] + ".new", sys.argv[1])
time.sleep(300)
'''


def core_limit(limits):
    return int(re.search(r"Max core file size +(\d+)", limits)[1])


# The address sanitizer would see to crashes and cores itself.
OWN_CORES = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":disable_coredump=0:handle_segv=0"}


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o777], ids=oct)
def test_what_others_can_see_of_a_running_tap(bridge, python_tap, tmp_path, umask):
    tap = python_tap(WATCHER, str(tmp_path / "seen"))
    hostile = {"AIRBYTE_SECRET": "env-1", "WORKER_KEY": "env-1", "TAPBRIDGE_X": "env-1", "HTTPS_PROXY": "kept"}
    hostile |= OWN_CORES
    config = {"password": "hunter2-hunter2", "plain": "in-no-argument"}
    arguments = bridge.arguments("read", tap, config=config, catalog=CONFIGURED)
    for path in (tmp_path, bridge.folder):
        path.chmod(0o755)
    process = bridge.start(arguments, hostile, umask=umask)
    wait_until((tmp_path / "seen").exists)
    seen = json.loads((tmp_path / "seen").read_text())
    limits = Path(f"/proc/{process.pid}/limits").read_text()
    process.terminate()
    bridge.finish(process)
    assert seen["folder"] == 0o700
    assert seen["modes"].keys() >= {"config.json", "catalog.json"}
    assert set(seen["modes"].values()) == {0o600}
    assert seen["environment"]["HTTPS_PROXY"] == "kept"
    assert not [name for name in seen["environment"] if name.startswith(("AIRBYTE_", "WORKER_", "TAPBRIDGE_"))]
    tap_and_minder = [seen["processes"][pid] for pid in list(seen["processes"])[:2]]
    for other in tap_and_minder:
        assert "hunter2" not in other["cmdline"] + other["environ"] and "in-no-argument" not in other["cmdline"]
        assert "env-1" not in other["environ"]
    # Less than a page: no file. Not 0, at which the kernel still feeds a program that collects core dumps.
    for shown in (limits, *(other["limits"] for other in tap_and_minder)):
        assert core_limit(shown) == 1
    assert seen["core"] == 1


@pytest.mark.parametrize("killer", [signal.SIGSEGV, signal.SIGABRT])
def test_a_crash_of_the_bridge_leaves_no_core(bridge, scripted_tap, tmp_path, killer):
    tap = scripted_tap(f"{DISCOVER}[sync]\n{SAYS}touch $dir/ready\nsleep-forever\n")

    def allow_cores():
        hard = resource.getrlimit(resource.RLIMIT_CORE)[1]
        resource.setrlimit(resource.RLIMIT_CORE, (hard, hard))

    arguments = bridge.arguments("read", tap, config={"password": "hunter2"}, catalog=CONFIGURED)
    process = bridge.start(arguments, OWN_CORES, preexec_fn=allow_cores)
    wait_until((scripted_tap.folder / "ready").exists)
    process.send_signal(killer)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = -killer
    process.stdout.close()
    process.stderr.close()
    assert os.WIFSIGNALED(status) and not os.WCOREDUMP(status)
    wait_until(lambda: not marked_processes(bridge.marker))
    assert not [path for path in bridge.folder.iterdir() if path.name.startswith("core")]


# A config, and what a tap says that is all words of its settings and no secret.
ORDINARY = {
    "beside a secret": (
        {"credentials": {"auth_type": "oauth2", "client_secret": "s3cret-1"}, "user": "alice", "start_date": "2024-01-01"},
        "oauth2 for alice since 2024-01-01",
    ),
    "behind a scheme": (
        {"a": "Basic Authentication", "b": "OAuth Client", "c": "Token Usage report", "d": "basic monthly", "auth_type": "Token 12345678"},
        "Authentication failed for Client 12345678: Usage report is monthly",
    ),
    "in a group": (
        {"auth": "oauth2", "credentials": {"environment": "production", "port": 5432, "subdomain": "acme", "api_version": "2024-01"}},
        "oauth2 failed at production port 5432 of acme, version 2024-01",
    ),
    "in a query": (
        {"filter": "project: x, key=PROJ", "jql": "token: expired or missing", "sql": "WHERE key = 'issue' and auth: none"},
        "PROJ: the issue has expired or is missing, none left",
    ),
    "a short password": (
        {"host": "localhost", "user": "admin", "password": "postgres", "pin_token": "2024"},
        "postgresql://admin@localhost with tap_postgres and tap-postgres on 2024-01-31",
    ),
    "base64": ({"password": "kaze"}, "let them be: reading with the men"),
}  # fmt: skip


@pytest.mark.parametrize(("config", "words"), ORDINARY.values(), ids=ORDINARY)
def test_secrets_end_where_ordinary_words_begin(bridge, scripted_tap, config, words):
    """A spoilt message helps nobody, and is no longer told from others by its words."""
    lines = f"err INFO {words}\nerr CRITICAL Authentication failed: {words}\nexit 1\n"
    run = bridge.read(config, CONFIGURED, tap=scripted_tap(f"{DISCOVER}[sync]\n{SAYS}{lines}"), options=["--debug"])
    assert words in run.log_text()
    (error,) = [message["trace"]["error"] for message in run.messages if message["type"] == "TRACE" and "error" in message["trace"]]
    assert words in error["message"] + error.get("internal_message", "")
    assert error["failure_type"] == "config_error"
    assert "****" not in said(run)


def test_a_short_password_is_hidden_where_it_stands_alone(bridge, scripted_tap):
    lines = "err INFO postgresql://me:postgres@host, password='postgres', {\"password\": \"postgres\"}, pin 2024\n"
    config = {"password": "postgres", "pin_token": "2024"}
    run = bridge.read(config, CONFIGURED, tap=scripted_tap(f"{DISCOVER}[sync]\n{lines}{SAYS}"))
    assert "postgresql://me:****@host, password='****', {\"password\": \"****\"}, pin ****" in run.log_text()


def test_modes_of_the_folder_outlast_the_tap(bridge, scripted_tap, tmp_path):
    """A file that the tap puts in the place of ours keeps the tap's mode; the folder keeps others out."""
    assert stat.S_IMODE(bridge.work.stat().st_mode) & stat.S_IRWXU
    tap = scripted_tap(f'{DISCOVER}[sync]\n{SAYS}write-config {{"token": "rotated-1"}}\ntouch $dir/ready\nsleep-forever\n')
    process = bridge.start(bridge.arguments("read", tap, config={"token": "first-1"}, catalog=CONFIGURED), umask=0)
    wait_until((scripted_tap.folder / "ready").exists)
    (folder,) = bridge.work.iterdir()
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    process.terminate()
    assert bridge.finish(process).controls == [{"token": "rotated-1"}]
