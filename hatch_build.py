"""Build hook: compiles the catalogues, and brings `data/` into every wheel but an editable one.

A static force-include would leave a stale copy of `data/` in editable installs, so the wheel asks for it here.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

LOCALES = Path("defense_console", "words", "locales")


def compile_catalogues(root: Path) -> list[Path]:
    """Write a `.mo` beside each `.po` under the package's locales.

    Args:
        root: The project's folder.

    Returns:
        The compiled files, in order of their paths; empty when there is no catalogue.
    """
    compiled = []
    for source in sorted((root / LOCALES).glob("*/LC_MESSAGES/*.po")):
        language = source.parent.parent.name
        with source.open("rb") as stream:
            catalogue = read_po(stream, locale=language, domain=source.stem, abort_invalid=True)
        content = BytesIO()
        write_mo(content, catalogue)
        target = source.with_suffix(".mo")
        # A console that is running reads the old file until the new one is whole.
        partial = target.with_suffix(".mo.part")
        partial.write_bytes(content.getvalue())
        partial.replace(target)
        compiled.append(target)
    return compiled


class CustomBuildHook(BuildHookInterface[Any]):
    """What hatchling calls before it collects files, for the sdist, the wheel and the editable install alike."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues and name the files hatchling would leave out.

        Args:
            version: Hatchling's build version: "standard" or "editable".
            build_data: What hatchling adds to its own findings; changed in place.
        """
        root = Path(self.root)
        for compiled in compile_catalogues(root):
            build_data["artifacts"].append("/" + compiled.relative_to(root).as_posix())
        if self.target_name == "wheel" and version != "editable":
            build_data["force_include"][str(root / "data")] = "defense_console/data"
