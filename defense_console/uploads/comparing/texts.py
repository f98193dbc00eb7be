"""The text of a document, read by its kind: paragraphs, each with its place. What goes wrong is said in a sentence.

Readers are imported when a document of their kind is read; those of the extra `documents` may be missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, Final

from defense_console.model.comparison import ComparisonProgress, Paragraph, ReadingLimits
from defense_console.model.errors import ConsoleError, system_reason
from defense_console.uploads.comparing import odf_texts, ooxml_texts, pdf_texts, plain_texts, sheet_texts
from defense_console.uploads.comparing.checks import check_size, check_zipped, damaged, out_of_memory
from defense_console.uploads.comparing.readers import Work, of_attachment

TextReader = Callable[[BinaryIO, Work], Iterator[Paragraph]]

_ENDINGS: Final[Mapping[str, str]] = {
    "text": "txt", "md": "txt", "markdown": "txt", "csv": "txt", "tsv": "txt", "txt": "txt", "htm": "html",
    "html": "html", "docx": "docx", "docm": "docx", "dotx": "docx", "pptx": "pptx", "pptm": "pptx", "ppsx": "pptx",
    "potx": "pptx", "xlsx": "xlsx", "xlsm": "xlsx", "xltx": "xlsx", "odt": "odt", "ott": "odt", "ods": "ods",
    "ots": "ods", "odp": "odp", "otp": "odp", "pdf": "pdf",
}  # fmt: skip
_READERS: Final[Mapping[str, TextReader]] = {
    "txt": lambda stream, _work: plain_texts.read_lines(stream.read()),
    "html": lambda stream, _work: plain_texts.read_html(stream.read()),
    "docx": ooxml_texts.read_docx,
    "pptx": ooxml_texts.read_pptx,
    "xlsx": sheet_texts.read_xlsx,
    "odt": odf_texts.read_odt,
    "ods": odf_texts.read_ods,
    "odp": odf_texts.read_odp,
    "pdf": pdf_texts.read_pdf,
}
ZIPPED: Final = frozenset({"docx", "pptx", "xlsx", "odt", "ods", "odp"})
_PACKAGES: Final = frozenset({"openpyxl", "pypdf", "cryptography"})
"""What the extra `documents` brings."""


def kind_of(name: str) -> str | None:
    """Return what reads a file of this name: `txt` for all plain text, `docx`, `pdf`…, or None."""
    return _ENDINGS.get(name.rpartition(".")[2].lower()) if "." in name else None


def check_kind(name: str) -> str:
    """Return the kind of a file of this name.

    Raises:
        ConsoleError: There is no reader for it.
    """
    kind = kind_of(name)
    if kind is None:
        raise ConsoleError("There is no reader for “{name}”: it is compared by size and hash alone.", name=name)
    return kind


def read_text(
    path: Path, name: str, limits: ReadingLimits, progress: ComparisonProgress = lambda _part: None
) -> tuple[Paragraph, ...]:
    """Read the text of a document.

    Returns:
        Paragraphs in the order they are read, at least one.

    Raises:
        ConsoleError: There is no reader for the kind or its package is missing; the document is too large, protected,
            damaged, or holds no text.
    """
    kind = check_kind(name)
    try:
        check_size(path, limits)
        with path.open("rb") as stream:
            work = Work(limits, progress, lambda inner, read: _attached(inner, read, limits))
            paragraphs = tuple(_bounded(_read(stream, kind, work), limits))
    except OSError as error:
        if error.errno is None:  # some readers raise it for what they do not understand
            raise damaged(kind) from error
        raise ConsoleError("The file cannot be read: {problem}", problem=system_reason(error)) from error
    except MemoryError as error:
        raise out_of_memory() from error
    except Exception as error:
        raise reader_error(error, kind) from error
    if not any(paragraph.text.strip() for paragraph in paragraphs):
        raise ConsoleError("The document holds no text that can be read: pictures or scanned pages, perhaps.")
    return paragraphs


def reader_error(error: Exception, kind: str) -> ConsoleError:
    """Return the sentence for what a reader raised; readers raise anything on a damaged document."""
    if isinstance(error, ConsoleError):
        return error
    package = (error.name or "").partition(".")[0] if isinstance(error, ModuleNotFoundError) else ""
    if package not in _PACKAGES:
        return damaged(kind)
    return ConsoleError(
        "This {kind} document is read with {package}, which is not installed. Install it with: {command}",
        kind=kind.upper(), package=package, command=f"pip install {package}",
    )  # fmt: skip


def _read(stream: BinaryIO, kind: str, work: Work) -> Iterator[Paragraph]:
    if kind in ZIPPED:
        check_zipped(stream, kind, work.limits)
    yield from _READERS[kind](stream, work)


def _attached(name: str, read: Callable[[], bytes], limits: ReadingLimits) -> Iterator[Paragraph]:
    """Yield the text of a document inside a document; what is inside that one is not looked at.

    What cannot be read gives nothing here. `parts.py` names it.
    """
    kind = kind_of(name)
    if kind is None:
        return
    work = Work(limits, lambda _part: None, lambda _name, _read: iter(()))
    try:
        found = list(_bounded(_read(BytesIO(read()), kind, work), limits))
    except MemoryError:
        raise
    except Exception:  # see `explained`
        return
    for paragraph in found:
        yield of_attachment(name, paragraph)


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
