"""The address of a school, and what must never be in it."""

from __future__ import annotations

import pytest

from defense_console.model.errors import ConsoleError
from defense_console.store.postgres.address import Address, address, names_a_school


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("postgresql://db.example/irp", Address("postgresql://db.example/irp", "school")),
        ("postgresql://db.example/irp?school=lyon", Address("postgresql://db.example/irp", "lyon")),
        ("postgresql:///irp?host=/run/pg&school=a.b-c_1", Address("postgresql:///irp?host=%2Frun%2Fpg", "a.b-c_1")),
        ("postgres://me@a,b:5433/irp?sslmode=require&school=x",
         Address("postgres://me@a,b:5433/irp?sslmode=require", "x")),
        ("postgresql://?service=school", Address("postgresql://?service=school", "school")),
        ("postgresql://[::1]:5432/irp", Address("postgresql://[::1]:5432/irp", "school")),
    ],
)  # fmt: skip
def test_the_school_is_a_parameter_of_its_own(typed: str, found: Address) -> None:
    assert names_a_school(typed)
    assert address(typed, {}) == found
    assert address(str(found), {}) == found


@pytest.mark.parametrize(
    "typed",
    [
        "postgresql://me:S3cret@db.example/irp",
        "postgresql://me:@db.example/irp",
        "postgresql://db.example/irp?password=S3cret",
        "postgresql://db.example/irp?sslpassword=S3cret",
        "postgresql://db.example/irp?%70assword=S3cret",
    ],
)
def test_a_password_is_refused_and_not_repeated(typed: str) -> None:
    with pytest.raises(ConsoleError, match="No password") as refused:
        address(typed, {})
    assert "S3cret" not in str(refused.value)


def test_a_password_in_the_environment_is_refused() -> None:
    with pytest.raises(ConsoleError, match="PGPASSWORD is set") as refused:
        address("postgresql://db.example/irp", {"PGPASSWORD": "S3cret"})
    assert "S3cret" not in str(refused.value)


@pytest.mark.parametrize("name", ["", "a b", "é", "a/b", "x" * 65])
def test_a_school_has_a_plain_name(name: str) -> None:
    with pytest.raises(ConsoleError, match="no name of a school"):
        address(f"postgresql://db.example/irp?school={name}", {})


@pytest.mark.parametrize("typed", ["", "store", "/home/me/store", "C:\\store", "sqlite://x", "postgresql"])
def test_a_folder_is_no_address(typed: str) -> None:
    assert not names_a_school(typed)
