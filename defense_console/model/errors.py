"""The one error of the console: an English message id and its parameters, translated by whoever shows it."""

from __future__ import annotations


class ConsoleError(Exception):
    """Something the mentor asked for cannot be done, with the reason.

    Args:
        id: English sentence, also the message id of the translation; `{name}` places take the parameters.
        parameters: Values of the places; user text arrives here unchanged and is made safe by whoever shows it.
    """

    def __init__(self, id: str, /, **parameters: object) -> None:
        super().__init__(id, parameters)
        self.id = id
        self.parameters = parameters

    def __str__(self) -> str:
        """English text, for logs and tests; the screens and the command line translate `id` instead."""
        return self.id.format(**{"key": _CommandKey(), **self.parameters})


class _CommandKey:
    """`{key:live.finish}` in a text for logs: the command, since only the screens know which key does it now."""

    def __format__(self, command_id: str) -> str:
        return f"[{command_id}]"


def N_(message: str) -> str:  # noqa: N802 — the usual name of gettext's no-op marker
    """Mark a message for translation where it is stored; whoever shows it translates it."""
    return message
