"""tap-spreadsheets with its adapter: an Excel and a CSV file that the test makes."""

import zipfile
from decimal import Decimal
from xml.sax.saxutils import escape

import pytest

from harness.bridge import configured
from harness.rules import check_records

ADDED = {"_sdc_last_modified", "_sdc_filename", "_sdc_stream", "_sdc_worksheet"}
SPREADSHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
MIME = "application/vnd.openxmlformats-officedocument.spreadsheetml"


def cell(column, row, value):
    place = f"{'ABCDEFGH'[column]}{row}"
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>'
    return f'<c r="{place}"><v>{value}</v></c>'


def write_workbook(path, name, rows):
    """The least of an Excel file: one worksheet of texts and numbers."""
    lines = [
        f'<row r="{number}">{"".join(cell(column, number, value) for column, value in enumerate(row))}</row>'
        for number, row in enumerate(rows, 1)
    ]
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="rels" ContentType="application/'
        'vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" '
        f'ContentType="{MIME}.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" '
        f'ContentType="{MIME}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SPREADSHEET}" xmlns:r="{OFFICE}"><sheets><sheet name="{name}" sheetId="1" '
        'r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SPREADSHEET}"><sheetData>{"".join(lines)}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as file:
        for part, text in parts.items():
            file.writestr(part, f'<?xml version="1.0" encoding="UTF-8"?>{text}')


BOOK = [["id", "name", "amount"], [1, "Zoë", 1.5], [2, "a & b", -7], [3, None, None]]
CSV = 'id,city\n1,Köln\n2,"a, ""b"""\n'


@pytest.fixture
def config(tmp_path):
    write_workbook(tmp_path / "book.xlsx", "Sheet", BOOK)
    (tmp_path / "towns.csv").write_text(CSV, encoding="utf-8")
    excel = {"path": f"{tmp_path}/book.xlsx", "format": "excel", "worksheet": "Sheet", "table_name": "book"}
    csv = {"path": f"{tmp_path}/towns.csv", "format": "csv", "table_name": "towns"}
    return {"files": [file | {"primary_keys": ["id"]} for file in (excel, csv)]}


@pytest.fixture
def spreadsheets(connector):
    return connector("spreadsheets")


def data(run, name):
    return [{key: value for key, value in row.items() if key not in ADDED} for row in run.records(name)]


def test_spec(spreadsheets):
    form = spreadsheets.spec().spec["connectionSpecification"]
    assert form["required"] == ["files"]
    assert {"path", "format", "worksheet", "primary_keys"} <= form["properties"]["files"]["items"]["properties"].keys()


def test_check(spreadsheets, config):
    assert spreadsheets.check(config).status == {"status": "SUCCEEDED"}


def test_a_setting_that_is_missing_is_told_by_name(spreadsheets):
    run = spreadsheets.check({})
    assert run.status["status"] == "FAILED" and '"Files"' in run.status["message"]


def test_a_file_that_is_none(spreadsheets, config, tmp_path):
    (tmp_path / "book.xlsx").write_text("no workbook")
    run = spreadsheets.check(config | {"files": config["files"][:1]})
    assert run.status["status"] == "FAILED"
    assert "One of the Excel files is none." in run.status["message"]


def test_discover(spreadsheets, config):
    streams = {stream["name"]: stream for stream in spreadsheets.discover(config).catalog["streams"]}
    assert streams.keys() == {"book", "towns"}
    for stream in streams.values():
        assert stream["source_defined_primary_key"] == [["id"]]
        assert stream["supported_sync_modes"] == ["full_refresh", "incremental"]
        assert stream["default_cursor_field"] == ["_sdc_last_modified"] and stream["source_defined_cursor"]
    assert streams["book"]["json_schema"]["properties"].keys() == {"id", "name", "amount", *ADDED}


def test_reading_and_resuming(spreadsheets, config, tmp_path):
    discovered = spreadsheets.discover(config).catalog
    catalog = configured(discovered, "incremental")
    first = spreadsheets.read(config, catalog)
    assert first.exit_status == 0, first.tail()
    check_records(first, discovered)
    assert data(first, "book") == [
        {"id": 1, "name": "Zoë", "amount": Decimal("1.5")},
        {"id": 2, "name": "a & b", "amount": -7},
        {"id": 3, "name": None, "amount": None},
    ]
    towns = [{"id": "1", "city": "Köln"}, {"id": "2", "city": 'a, "b"'}]  # CSV has texts only
    assert data(first, "towns") == towns
    with open(tmp_path / "towns.csv", "a", encoding="utf-8") as file:
        file.write("3,Jena\n")
    second = spreadsheets.read(config, catalog, first.last_states())
    assert second.exit_status == 0, second.tail()
    assert data(second, "towns") == [*towns, {"id": "3", "city": "Jena"}]
    full = spreadsheets.read(config, configured(discovered, only=["book"]), first.last_states())
    assert len(data(full, "book")) == 3
