"""The mentor's own rules: read from the file next to the settings, and changed there when the mentor agrees."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from pathlib import Path

from defense_console.exchange.curricula.desk_rules import DeskRules, load_desk_rules, write_threshold
from defense_console.exchange.curricula.reading import RULES
from defense_console.model.errors import ConsoleError
from defense_console.model.student.alerts import AlertRule
from defense_console.settings import Settings


class Rulebook:
    """The rules in force.

    Args:
        changed: Called when other rules are in force than before.
    """

    def __init__(self, settings: Settings, changed: Callable[[], None]) -> None:
        self._settings = settings
        self._changed = changed

    @property
    def file(self) -> Path | None:
        """Return where the mentor's own rules are looked for: next to the settings; None where there are none."""
        return Path(self._settings.file).with_name(RULES) if self._settings.file else None

    @property
    def rules(self) -> DeskRules:
        """Return the mentor's own rules, the shipped ones where there are none or where they cannot be used."""
        return self._loaded[0]

    @property
    def problem(self) -> ConsoleError | None:
        """Return why the mentor's own rules are not used: the shipped ones are, and their file stays as it is."""
        return self._loaded[1]

    @property
    def fixed(self) -> ConsoleError | None:
        """Return why no rule can be changed from here, None when one can."""
        if self.file is None or not self._settings.kept:
            return ConsoleError("The demo keeps no settings, so its rules stay as they are.")
        return self.problem

    def tighten(self, rule: AlertRule, tighter: AlertRule) -> Path:
        """Write a tighter threshold into the mentor's own rules and use it at once.

        Args:
            rule: As it was shown: the file is left as it is where it says something else by now.
            tighter: What it becomes.

        Returns:
            The file.

        Raises:
            ConsoleError: The rules cannot be changed, or were changed meanwhile: they are read again then.
        """
        file = self.file
        if (reason := self.fixed) is not None:
            raise reason
        assert file is not None, "else they are fixed"
        try:
            write_threshold(file, rule, tighter.at_least)
        finally:
            self.read()
        return file

    def read(self) -> None:
        """Read the rules again: the mentor or another console may have changed them."""
        before = self.rules
        del self._loaded
        if self.rules != before:
            self._changed()

    @cached_property
    def _loaded(self) -> tuple[DeskRules, ConsoleError | None]:
        own, problem = self.file, None
        if own is not None and own.is_file():
            try:
                return load_desk_rules(own), None
            except ConsoleError as error:
                problem = ConsoleError(
                    "Your own rules are not used: {problem} The file is {path}.", problem=error, path=str(own)
                )
        return load_desk_rules(), problem
