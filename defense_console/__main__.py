"""`python -m defense_console` and the command `defense-console`: the command line."""

import gc

gc.disable()  # what is loaded stays: looking for garbage among it takes a tenth of the time of loading it

from defense_console.cli import main  # noqa: E402

gc.enable()

if __name__ == "__main__":
    main()
