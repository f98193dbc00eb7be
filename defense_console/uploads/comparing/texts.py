"""The text of a document, read by its kind: paragraphs, each with its place. What goes wrong is told in a sentence.

Readers are imported when a document of their kind is read; those of the extra `documents` may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from defense_console.model.comparison import Paragraph, Progress, ReadingLimits
from defense_console.model.errors import ConsoleError
from defense_console.uploads.comparing import plain_texts, sheet_texts, word_texts
from defense_console.uploads.comparing.checks import check_size, check_zipped, damaged, out_of_memory

Reader = Callable[[Path, ReadingLimits, Progress], Iterator[Paragraph]]

_ENDINGS: Final[Mapping[str, str]] = {
    "text": "txt", "md": "txt", "markdown": "txt", "csv": "txt", "tsv": "txt", "txt": "txt", "htm": "html",
    "html": "html", "docx": "docx", "odt": "odt", "pptx": "pptx", "xlsx": "xlsx", "pdf": "pdf",
}  # fmt: skip
_READERS: Final[Mapping[str, Reader]] = {
    "txt": lambda path, limits, progress: plain_texts.read_lines(path.read_bytes()),
    "html": lambda path, limits, progress: plain_texts.read_html(path.read_bytes()),
    "docx": lambda path, limits, progress: word_texts.read_docx(path),
    "odt": lambda path, limits, progress: word_texts.read_odt(path),
    "pptx": sheet_texts.read_pptx,
    "xlsx": sheet_texts.read_xlsx,
    "pdf": sheet_texts.read_pdf,
}
_ZIPPED: Final = frozenset({"docx", "odt", "pptx", "xlsx"})
_PACKAGES: Final = {"docx": "python-docx", "odf": "odfpy", "pptx": "python-pptx", "openpyxl": "openpyxl",
                    "pypdf": "pypdf"}  # fmt: skip
"""Imported name → the package that brings it."""


def kind_of(name: str) -> str | None:
    """What reads a file of this name: `txt` (all plain text), `html`, `docx`, `odt`, `pptx`, `xlsx`, `pdf`, or None."""
    return _ENDINGS.get(name.rpartition(".")[2].lower()) if "." in name else None


def check_kind(name: str) -> str:
    """The kind of a file of this name.

    Raises:
        ConsoleError: there is no reader for it.
    """
    kind = kind_of(name)
    if kind is None:
        raise ConsoleError("There is no reader for “{name}”: it is compared by size and hash alone.", name=name)
    return kind


def read_text(
    path: Path, name: str, limits: ReadingLimits, progress: Progress = lambda _part: None
) -> tuple[Paragraph, ...]:
    """The text of a document.

    Args:
        path: Where it is.
        name: Its file name, whose ending tells the kind.
        limits: What it may cost; time and memory are limited by whoever runs this.
        progress: Told how far it is.

    Returns:
        Paragraphs in the order they are read, at least one.

    Raises:
        ConsoleError: there is no reader for the kind or its package is missing; the document is too large, protected,
            damaged, or holds no text.
    """
    kind = check_kind(name)
    try:
        check_size(path, limits)
        if kind in _ZIPPED:
            check_zipped(path, kind, limits)
        paragraphs = tuple(_bounded(_READERS[kind](path, limits, progress), limits))
    except ConsoleError:
        raise
    except ModuleNotFoundError as error:
        raise _missing(kind, error) from error
    except OSError as error:
        if error.errno is None:  # some readers raise it for what they do not understand
            raise damaged(kind) from error
        raise ConsoleError("The file cannot be read: {problem}", problem=error.strerror or str(error)) from error
    except MemoryError as error:
        raise out_of_memory() from error
    except Exception as error:  # readers raise anything on a damaged document; each is as readable as the other
        raise damaged(kind) from error
    if not any(paragraph.text.strip() for paragraph in paragraphs):
        raise ConsoleError("The document holds no text that can be read: pictures or scanned pages, perhaps.")
    return paragraphs


def _bounded(paragraphs: Iterator[Paragraph], limits: ReadingLimits) -> Iterator[Paragraph]:
    left = limits.characters
    for paragraph in paragraphs:
        left -= len(paragraph.text) + 1
        if left < 0:
            raise ConsoleError(
                "The text is longer than {n} characters; compare_max_characters in the settings allows no more.",
                n=limits.characters,
            )
        yield paragraph


def _missing(kind: str, error: ModuleNotFoundError) -> ConsoleError:
    package = _PACKAGES.get((error.name or "").partition(".")[0])
    if package is None:
        return damaged(kind)
    return ConsoleError(
        "A {kind} document is read with {package}, which is not installed. Install it with: {command}",
        kind=kind.upper(), package=package, command=f"pip install {package}",
    )  # fmt: skip
