"""tap-exchangeratesapi with its adapter: it cannot discover and takes no catalog; its state is flat, its columns grow."""

from datetime import datetime, timedelta, timezone

import pytest

from harness.bridge import configured
from harness.connector import secrets_of
from harness.fake_rates import FakeRates
from harness.rules import check_records

NEW_CURRENCY, NO_RATES = 2, 3  # from these days on


def days_from(back):
    """The days from so many ago until today."""
    today = datetime.now(timezone.utc)
    return [f"{today - timedelta(days=number):%Y-%m-%d}" for number in range(back, -1, -1)]


def rates(day, base):
    """In the first days there is no gold; a day has none at all."""
    first = days_from(5)
    if day == first[NO_RATES]:
        return None
    number = first.index(day) if day in first else 0
    return {"USD": 1.0912 + number / 4, "BTC": 1.4e-05} | ({"XAU": 0.0005} if number >= NEW_CURRENCY else {})


def row(day, base="EUR"):
    return rates(day, base) | {base: 1, "date": f"{day}T00:00:00Z"}


@pytest.fixture
def service(tmp_path):
    with FakeRates(tmp_path, rates) as server:
        yield server


@pytest.fixture
def source(connector, service):
    """The connector, whose tap finds the stand-in."""
    made = connector("exchangeratesapi")
    made.files["env"].update(service.environment)
    return made


@pytest.fixture
def config():
    return {"base": "EUR", "start_date": days_from(5)[0]}


def numbers(rows):
    """JSON's decimals as what the stand-in sent."""
    return [{name: value if name == "date" else float(value) for name, value in row.items()} for row in rows]


def test_spec(source):
    form = source.spec().spec["connectionSpecification"]
    assert set(form["properties"]) == {"base", "start_date"} and not secrets_of(form)
    assert form["required"] == ["base", "start_date"]


def test_check(source, config):
    assert source.check(config).status == {"status": "SUCCEEDED"}


def test_a_currency_that_the_service_does_not_know(source, config):
    """The tap says a state even then, which proves nothing."""
    discovery = source.discover(config | {"base": "XXX"})
    assert discovery.error["message"].startswith('The service does not know "Base currency".')
    run = source.check(config | {"base": "XXX"})
    assert run.status["status"] == "FAILED"
    assert 'The service does not know "Base currency".' in run.status["message"]


def test_what_is_no_currency_is_told_before_the_tap_starts(source, service, config):
    run = source.check(config | {"base": "euro"})
    assert run.status["status"] == "FAILED" and '"Base currency"' in run.status["message"]
    assert service.days == []


def test_a_service_that_cannot_be_reached(source, service, config):
    source.files["env"]["HTTPS_PROXY"] = "http://127.0.0.1:9"
    run = source.check(config)
    assert run.status["status"] == "FAILED"
    assert "The service api.exchangeratesapi.io cannot be reached from here." in run.status["message"]


def test_discover_stops_the_sync_once_the_stream_is_known(source, service, config):
    (stream,) = source.discover(config | {"start_date": "2000-01-01"}).catalog["streams"]
    assert stream["name"] == "exchange_rate"
    assert stream["json_schema"]["properties"].keys() >= {"date", "USD", "BTC"}
    assert stream["source_defined_primary_key"] == [["date"]]
    assert stream["supported_sync_modes"] == ["full_refresh", "incremental"]
    assert stream["default_cursor_field"] == ["date"]
    assert len(service.days) < 5000, "the tap was let read to the end"


@pytest.mark.parametrize("mode", ["full_refresh", "incremental"])
def test_every_day_arrives(source, config, mode):
    discovered = source.discover(config).catalog
    run = source.read(config, configured(discovered, mode))
    assert run.exit_status == 0, run.tail()
    days = days_from(5)
    assert numbers(run.records("exchange_rate")) == [row(day) for day in days if rates(day, "EUR")]
    check_records(run, discovered)
    warnings = [log["message"] for log in run.logs if log["level"] == "WARN"]
    assert any('"exchange_rate"' in warning and "XAU" in warning for warning in warnings), warnings


def test_a_second_read_starts_where_the_first_has_ended(source, service, config):
    catalog = configured(source.discover(config).catalog, "incremental")
    first = source.read(config, catalog)
    service.days.clear()
    second = source.read(config, catalog, first.last_states())
    assert second.exit_status == 0, second.tail()
    assert service.days == days_from(0)
    assert numbers(second.records()) == [row(days_from(0)[0])]
