"""What a server refuses, as sentences that say what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import psycopg
from psycopg import errors
from psycopg_pool import PoolClosed, PoolTimeout, TooManyRequests

from defense_console.model.errors import N_
from defense_console.store.base import FullDisk, ReadOnlyStore, StoreError, Unreachable


class Raced(Exception):
    """Another writer changed the row first: the transaction is tried again, and sees what that writer wrote."""


class Silent(psycopg.OperationalError):
    """Nothing came from the server for too long."""


AGAIN: Final = (errors.SerializationFailure, errors.DeadlockDetected, Raced)
"""The codes 40001 and 40P01, and a race that was seen here: the same transaction may succeed when it is run again."""


def reason_of(error: BaseException) -> str:
    """Return the first line of what the driver or the server says, in their language."""
    return str(error).strip().partition("\n")[0].rstrip(".") or type(error).__name__


@contextmanager
def told() -> Iterator[None]:
    """Turn what the driver raises into sentences.

    Raises:
        Unreachable: The server is away, or takes too long.
        StoreError: It refuses what was asked.
    """
    try:
        yield
    except (*AGAIN, errors.LockNotAvailable) as error:
        raise StoreError(N_("Others write here at the same time, again and again: try once more.")) from error
    except errors.DiskFull as error:
        raise FullDisk(N_("The disk of the school's server is full: nothing was written.")) from error
    except errors.ReadOnlySqlTransaction as error:
        raise ReadOnlyStore(N_("The school's server can only be read now.")) from error
    except errors.InsufficientPrivilege as error:
        raise StoreError(
            N_("The school's server does not permit this to your account ({reason})."), reason=reason_of(error)
        ) from error
    except (PoolTimeout, PoolClosed, TooManyRequests, Silent) as error:
        raise Unreachable(N_("The school's server does not answer.")) from error
    except (errors.IdleInTransactionSessionTimeout, psycopg.OperationalError, psycopg.InterfaceError) as error:
        raise Unreachable(N_("The school's server does not answer ({reason})."), reason=reason_of(error)) from error
    except psycopg.Error as error:
        raise StoreError(N_("The school's server refuses this ({reason})."), reason=reason_of(error)) from error
