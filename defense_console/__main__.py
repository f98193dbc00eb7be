"""`python -m defense_console` and the command `defense-console`: the command line."""

import gc
import sys

from defense_console import __version__


def main() -> None:
    """Answer the command line; the process ends with the answer's exit code."""
    if sys.argv[1:] == ["--version"]:  # answered before anything is loaded
        print(f"defense-console {__version__}")  # noqa: T201
        sys.exit()
    gc.disable()  # what is loaded stays: looking for garbage among it takes a tenth of the time of loading it

    from defense_console.terminal.quick import understood

    if (answer := understood(sys.argv[1:])) is not None:
        from defense_console.terminal.words import ended

        code = ended(answer)
        gc.freeze()  # nor while the interpreter ends, which took a tenth of `list`
        sys.exit(code)

    from defense_console.cli import main as read_by_click

    gc.enable()
    read_by_click()


if __name__ == "__main__":
    main()
