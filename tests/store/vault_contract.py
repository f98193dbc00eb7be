"""What every vault does. One joins with one class, as in `test_vault.py` and `postgres/test_postgres_vault.py`."""

from __future__ import annotations

import hashlib
import io
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from defense_console.store.base import DamagedStore, StoreError
from defense_console.store.vault import PIECE, Kept, Vault

LARGE = b"".join(bytes([n % 251]) * 1000 for n in range(PIECE * 2 // 1000)) + b"end"
"""More than two parts."""


def keep(vault: Vault, *files: bytes) -> list[Kept]:
    with vault.taking() as taking:
        return [taking.add([data]) for data in files]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class VaultContract:
    """The suite."""

    @pytest.fixture
    def vault(self) -> Vault:
        raise NotImplementedError

    @staticmethod
    def rows(vault: Vault) -> list[str]:
        """Everything that lies in it, half-made things too; the name of each document begins with its hash."""
        raise NotImplementedError

    @staticmethod
    def damage(vault: Vault, sha256: str) -> None:
        """Change a byte of a document behind the vault's back."""
        raise NotImplementedError

    @pytest.mark.parametrize("data", [b"text", b"", LARGE, LARGE[: 2 * PIECE]], ids=["small", "empty", "large", "even"])
    def test_a_document_is_kept_by_what_it_holds(self, vault: Vault, data: bytes) -> None:
        with vault.taking() as taking:
            kept = taking.add(data[at : at + 300_000] for at in range(0, len(data), 300_000))
            assert not vault.holds(kept.sha256), "before the block ends"

        assert kept == Kept(len(data), sha256(data))
        assert self.rows(vault) == [kept.sha256]
        assert b"".join(vault.chunks(kept.sha256)) == data
        assert max(map(len, vault.chunks(kept.sha256)), default=0) <= PIECE
        with vault.opened(kept.sha256) as file:
            assert file.read(3) == data[:3]
            assert file.read() == data[3:]
        with vault.local(kept.sha256) as path:
            assert path.read_bytes() == data
        assert vault.holds(kept.sha256)
        assert vault.holds(kept.sha256, len(data))
        assert not vault.holds(kept.sha256, len(data) + 1)
        assert not vault.holds(sha256(b"other"))
        assert vault.verify() == ()

    def test_the_same_bytes_are_kept_once_and_removed_once(self, vault: Vault) -> None:
        text, _again, empty = keep(vault, b"text", b"text", b"")
        before = self.rows(vault)
        keep(vault, b"text")
        assert self.rows(vault) == before == sorted([text.sha256, empty.sha256])

        vault.remove(text.sha256)
        vault.remove(text.sha256)
        assert self.rows(vault) == [empty.sha256]

    def test_what_goes_wrong_leaves_nothing(self, vault: Vault) -> None:
        def broken() -> Iterator[bytes]:
            yield LARGE
            raise ValueError

        with pytest.raises(ValueError), vault.taking() as taking:  # noqa: PT011, PT012
            taking.add([b"whole"])
            taking.add(broken())

        assert self.rows(vault) == []

    def test_a_damaged_copy_is_told_and_replaced(self, vault: Vault) -> None:
        small, large = keep(vault, b"text", LARGE)
        for kept in (small, large):
            self.damage(vault, kept.sha256)
            with pytest.raises(DamagedStore, match="not the one that was received"):
                list(vault.chunks(kept.sha256))
        assert [problem.kind for problem in vault.verify()] == ["damaged"] * 2
        assert all(kept.sha256[2:] in str(vault.verify()) for kept in (small, large))

        keep(vault, b"text", LARGE)
        assert b"".join(vault.chunks(small.sha256)) == b"text"
        assert b"".join(vault.chunks(large.sha256)) == LARGE
        assert self.rows(vault) == sorted([small.sha256, large.sha256])
        assert vault.verify() == ()

    def test_a_missing_document_is_told(self, vault: Vault) -> None:
        with pytest.raises(DamagedStore, match="no longer"):
            list(vault.chunks(sha256(b"never")))
        with pytest.raises(DamagedStore, match="no longer"), vault.opened(sha256(b"never")):
            pass

    @pytest.mark.parametrize("name", ["../../../etc/passwd", "", "A" * 64, "a" * 63 + "\n", "a" * 63 + "\0", "a\udc80"])
    def test_what_is_no_hash_is_refused(self, vault: Vault, name: str) -> None:
        asked = (
            lambda: vault.place(name), lambda: vault.holds(name), lambda: list(vault.chunks(name)),
            lambda: vault.remove(name), lambda: vault.opened(name).__enter__(), lambda: vault.local(name).__enter__(),
        )  # fmt: skip
        for ask in asked:
            with pytest.raises(StoreError, match="not a SHA-256"):
                ask()

    def test_two_who_take_the_same_are_not_in_each_others_way(self, vault: Vault) -> None:
        """As two worker threads do, of one console or of two."""
        both = threading.Barrier(2)
        kept: list[Kept] = []

        def take(own: bytes) -> None:
            with vault.taking() as taking:
                both.wait(10)
                kept.extend(taking.add([data]) for data in (LARGE, own))
                both.wait(10)

        threads = [threading.Thread(target=take, args=(own,)) for own in (b"one", b"two")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(kept) == 4
        assert {*self.rows(vault)} == {each.sha256 for each in kept}
        assert b"".join(vault.chunks(sha256(LARGE))) == LARGE
        vault.remove(sha256(LARGE))
        assert self.rows(vault) == sorted([sha256(b"one"), sha256(b"two")])

    def test_a_copy_for_a_program_is_private_and_read_only(self, vault: Vault, tmp_path: Path) -> None:
        [kept] = keep(vault, b"text")
        with vault.local(kept.sha256) as path:
            assert path.stat().st_mode & 0o077 == 0
            assert path.parent.stat().st_mode & 0o077 == 0
            copied = io.BytesIO(path.read_bytes())
        assert copied.getvalue() == b"text"
        assert vault.holds(kept.sha256)
