"""Showing a document received in the system's own viewer; the copy it shows is made on a thread."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual.worker import Worker

from defense_console.desk.uploads.viewer import address_in_browser, open_document, viewer
from defense_console.model.defense.state import ReceivedFile
from defense_console.model.errors import ConsoleError
from defense_console.screens.base import ConsoleScreen
from defense_console.screens.shared.dialogs import Choose
from defense_console.surroundings import in_browser
from defense_console.words.translation import _, size_text


def ask_view(screen: ConsoleScreen, files: Sequence[ReceivedFile]) -> Worker[bool]:
    """Show a document received, as work of the app: it is told whatever becomes of the screen.

    Args:
        screen: Where it was asked for.
        files: Those of one version, at least one.
    """
    return screen.app.run_worker(view(screen, files), exclusive=True, group="receiving")


async def view(screen: ConsoleScreen, files: Sequence[ReceivedFile]) -> bool:
    """Open a document received with the system's program for it; of several files, the one the mentor chooses.

    Args:
        screen: Where it was asked for, and what is told to the mentor.
        files: Those of one version, at least one.

    Returns:
        Whether it was opened.
    """
    file = files[0]
    if len(files) > 1:
        names = [f"{file.name} · {size_text(file.size)}" for file in files]
        chosen = await screen.app.push_screen_wait(Choose(_("Which file?"), names))
        if chosen is None:
            return False
        file = files[chosen]
    try:
        vault = screen.desk.vault
        if in_browser():
            screen.app.open_url(address_in_browser(vault, file))
            screen.tell(_("Your browser receives {name}.", name=file.name))
            return True
        start = viewer()
        await asyncio.to_thread(open_document, vault, file, start)
    except ConsoleError as error:
        screen.refuse(error)
        return False
    except Exception as error:  # a defense may be running: nothing here may end the console
        screen.console_app.note_fault(error)
        return False
    screen.tell(_("{name} opens in the system’s viewer, as a copy.", name=file.name))
    return True
