"""Files of people: whatever the bytes are, the answer is a table or a clear error."""

import contextlib
import csv
import datetime as dt
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from panel.recruiting import reading
from panel.recruiting.reading import UnreadableFileError, read


def table_of(data):
    table = read(io.BytesIO(data))
    return table.columns, list(table.rows), table


def workbook(rows, *, more_sheets=()):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for title in more_sheets:
        book.create_sheet(title).append(["something"])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


# What a spreadsheet may hold: text without NULs and lone surrogates, without white space at its ends.
CELLS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30).map(str.strip)


class TestCsv:
    @given(
        st.lists(
            CELLS.filter(lambda c: c and not c.startswith("\ufeff")), min_size=2, max_size=5, unique_by=str.casefold
        ),
        st.lists(st.lists(CELLS, min_size=2, max_size=5), min_size=1, max_size=8),
        st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    )
    @settings(deadline=None)
    def test_what_was_written_is_read(self, columns, rows, encoding):
        columns = [" ".join(c.split()) or "x" for c in columns]
        if len({c.casefold() for c in columns}) < len(columns):
            return
        rows = [["1", *row][: len(columns)] for row in rows]
        text = io.StringIO()
        csv.writer(text, quoting=csv.QUOTE_ALL).writerows([columns, *rows])
        found, read_rows, _table = table_of(text.getvalue().encode(encoding))
        assert found == columns
        assert [cells for _number, cells in read_rows] == [row + [""] * (len(columns) - len(row)) for row in rows]

    @given(st.binary(max_size=400))
    @settings(deadline=None, max_examples=300)
    def test_no_bytes_break_it(self, data):
        with contextlib.suppress(UnreadableFileError):
            columns, rows, _table = table_of(data)
            assert all(len(cells) >= len(columns) and any(cells) for _number, cells in rows)

    @given(st.binary(max_size=200))
    @settings(deadline=None)
    def test_nothing_that_begins_like_a_workbook_breaks_it(self, data):
        with pytest.raises(UnreadableFileError):
            table_of(b"PK\x03\x04" + data)

    @pytest.mark.parametrize(
        ("text", "encoding", "told"),
        [
            ("Name;Ort\nZoë;Łódź", "utf-8", "utf-8"),
            ("Name;Ort\nZoë;Köln", "cp1252", "cp1252"),
            ("Name;Ort\nZoë;Łódź", "utf-16", "utf-16"),
            ("Name;Ort\nZoe;Koln", "utf-16-le", "utf-16-le"),
        ],
    )
    def test_says_in_which_encoding_it_was_read(self, text, encoding, told):
        columns, rows, table = table_of(text.encode(encoding))
        assert (columns, table.encoding, table.delimiter) == (["Name", "Ort"], told, ";")
        assert rows == [(2, text.split("\n")[1].split(";"))]

    @pytest.mark.parametrize(
        ("data", "error"),
        [
            (b"", reading.EmptyFileError),
            (b"\n\n\n", reading.EmptyFileError),
            (b"name,e\x00mail\nx,y", reading.NotTextError),
            (b"%PDF-1.7 name,email", reading.NotTextError),
            (b"\xd0\xcf\x11\xe0 old workbook", reading.OldWorkbookError),
            (b"\x81\x8d name\n", reading.NotTextError),
            (b'name,email\n"never closed,x\n', reading.BrokenRowError),
            (b"name,Name\nx,y", reading.SameHeadingError),
            (b"name,email\n" + b"x" * 5000 + b",y", reading.BrokenRowError),
            (",".join(f"c{i}" for i in range(101)).encode() + b"\n1", reading.TooManyColumnsError),
        ],
    )
    def test_says_what_is_wrong(self, data, error):
        with pytest.raises(error):
            table_of(data)

    def test_has_a_most_of_rows(self, monkeypatch):
        monkeypatch.setattr(reading, "MOST_ROWS", 3)
        assert len(table_of(b"a\n1\n2\n3\n")[1]) == 3
        with pytest.raises(reading.TooManyRowsError):
            table_of(b"a\n1\n2\n3\n4\n")

    def test_rows_keep_their_numbers_when_some_are_blank(self):
        assert table_of(b"a,b\n\n1,2\n,\n3,4\n")[1] == [(3, ["1", "2"]), (5, ["3", "4"])]


class TestWorkbook:
    def test_is_read_with_dates_and_numbers_as_people_see_them(self):
        made = workbook([["Name", "Born", "Phone", "Ok"], ["Zoë", dt.date(1985, 3, 27), 7700900123.0, True]])
        columns, rows, table = table_of(made)
        assert (columns, table.format) == (["Name", "Born", "Phone", "Ok"], "xlsx")
        assert rows == [(2, ["Zoë", "1985-03-27", "7700900123", "yes"])]

    def test_a_formula_is_not_worked_out(self):
        assert table_of(workbook([["Name"], ["=1+1"]]))[1] == [(2, ["=1+1"])]

    def test_several_sheets_are_not_guessed_among(self):
        with pytest.raises(reading.SeveralSheetsError):
            table_of(workbook([["Name"], ["Zoë"]], more_sheets=["Other"]))

    def test_what_unpacks_to_gigabytes_is_refused_before_it_does(self):
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("xl/workbook.xml", b"<workbook/>")
            with archive.open("xl/worksheets/sheet1.xml", "w") as sheet:
                for _ in range(100):
                    sheet.write(b"\0" * 1024 * 1024)
        assert len(buffer.getvalue()) < 1024 * 1024
        with pytest.raises(reading.TooLargeInsideError):
            table_of(buffer.getvalue())

    def test_entities_that_grow_are_refused(self):
        bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
        good, buffer = io.BytesIO(workbook([["Name"], ["Zoë"]])), io.BytesIO()
        with zipfile.ZipFile(good) as source, zipfile.ZipFile(buffer, "w") as target:
            for member in source.infolist():
                content = source.read(member).decode()
                if member.filename.endswith("sheet1.xml"):
                    content = bomb + content.replace("Zoë", "&b;").partition("?>")[2]
                target.writestr(member.filename, content)
        with pytest.raises(UnreadableFileError):
            table_of(buffer.getvalue())

    @given(st.integers(0, 4000), st.binary(min_size=1, max_size=20))
    @settings(deadline=None, max_examples=60)
    def test_a_damaged_one_breaks_nothing(self, place, damage):
        data = bytearray(workbook([["Name"], ["Zoë"]]))
        data[place : place + len(damage)] = damage
        with contextlib.suppress(UnreadableFileError):
            assert len(table_of(bytes(data))[0]) <= reading.MOST_COLUMNS
