"""`python -m defense_console` and the command `defense-console`: the command line."""

import gc
import sys

from defense_console import __version__

if sys.argv[1:] == ["--version"]:  # answered before anything is loaded
    print(f"defense-console {__version__}")  # noqa: T201
    sys.exit()

gc.disable()  # what is loaded stays: looking for garbage among it takes a tenth of the time of loading it

from defense_console.cli import main  # noqa: E402

gc.enable()

if __name__ == "__main__":
    main()
