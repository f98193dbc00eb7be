"""What a file is: its content decides, never its name."""

from __future__ import annotations

import io
import json

import pytest

from defense_console.exchange.bad_file import BadFile
from defense_console.exchange.data_file import FileKind, data_file
from tests.exchange.calendars import GOOGLE

HEADER = b'{"format":"defense-console-export","version":1,"lines":0}'
SESSION = {"sessionDate": "2027-01-05T14:00:00+01:00", "recipient": {"id": 1}}
BOM = b"\xef\xbb\xbf"


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "csv"),
        (b"student_id;student_name\n", "csv"),
        (BOM + b"student_id,student_name\n", "csv"),
        (b'[{"student_id": "s1"}]', "json"),
        (b'{"student_id": "s1"}', "json"),
        (b"[]", "json"),
        (BOM + b" " + HEADER + b"\n", "export"),
        (HEADER, "export"),
        (HEADER + b'\n{"table":"x"}\n', "export"),
        (b'{"table":"x"}\n{"table":"y"}\n', "export"),
        (b'{"format": cut', "export"),
        (json.dumps([SESSION]).encode(), "sessions"),
        (BOM + json.dumps({"sessions": [SESSION], "total": 1}).encode(), "sessions"),
        (json.dumps({"format": 1, "items": [SESSION]}).encode(), "sessions"),
        (GOOGLE, "calendar"),
        (BOM + b"\r\nbegin:vcalendar\r\n", "calendar"),
        (b"PK\x03\x04rest", "zip"),
    ],
)
def test_content_decides_what_a_file_is(data: bytes, kind: FileKind) -> None:
    stream = io.BytesIO(data)

    found = data_file(stream)

    assert found.kind == kind
    assert found.data == (b"" if kind in ("zip", "export") else data)
    assert kind != "export" or b"".join(found.lines()) == b"".join(found.lines()) == data
    assert (found.document is not None) == (kind in ("json", "sessions"))
    assert kind != "zip" or stream.read() == data, "a ZIP is read in pieces by others"


@pytest.mark.parametrize("data", [b"[[[", b"[" * 100_000, b"[\xff]", b"[" + b"9" * 5000 + b"]", b"{"])
def test_what_begins_as_json_and_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(BadFile):
        data_file(io.BytesIO(data))
