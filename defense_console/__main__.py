"""`python -m defense_console`: the command line."""

from defense_console.cli import main

if __name__ == "__main__":
    main()
