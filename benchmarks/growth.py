"""What a history of 1 to 100,000 closed defenses costs: a durable action, a start, a key of a search, the command list.

    python -m benchmarks growth [--most N] [--rounds N] [--svg FILE]

Each size is a store of so many closed defenses, each with a whole log, and 20 pending ones (`stores.py`); a durable
action is measured by `tick.py` on so many defenses of one line. A start, a key and the command are milliseconds of the
processor, which other work on the machine changes least; a durable action waits for the disk, so it is by the clock.
Medians of the rounds. The store of 100,000 takes some minutes to make and 2 GB.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks import tick
from benchmarks.programs import Bench, Found, Run, middle
from defense_console.desk.insight import plain_svg

SIZES = (1, 10, 100, 1_000, 10_000, 100_000)
PENDING = 20
TICKS = 200
LABELS = {
    "start": "start to the queue, processor",
    "list": "command list, processor",
    "search": "key of a search, processor",
    "durable": "durable action, clock",
    "limit": "append + fdatasync, clock",
}


def measured(bench: Bench, size: int, rounds: int) -> dict[str, float]:
    """Measure one size. Returns: milliseconds by the keys of `LABELS`."""
    store = str(size)
    runs: dict[str, Run] = {
        "start": bench.start(bench.console(store), "Today"),
        "list": bench.command(bench.console(store, "list")),
        "search": bench.keys(bench.console(store), "Today", [b"e", b"x", b"\x7f", b"\x7f"], b"/", 24),
    }
    runs["start"]()  # compiles modules, and makes what is made once for a store
    took: dict[str, list[Found]] = {name: [run() for _ in range(rounds)] for name, run in runs.items()}
    found = {name: middle(each).cpu or 0.0 for name, each in took.items()}
    with tempfile.TemporaryDirectory(dir=bench.folder) as folder:
        found["durable"], *_, found["limit"] = tick.measure(Path(folder), size, TICKS)
    return found


def drawn(found: dict[int, dict[str, float]]) -> bytes:
    """Return the plot, both axes logarithmic."""
    import pygal

    style = pygal.style.Style(font_family="sans-serif", background="#ffffff", plot_background="#ffffff",
                              title_font_size=18, legend_font_size=14, label_font_size=13,
                              guide_stroke_color="#d0d0d0", major_guide_stroke_color="#d0d0d0",
                              colors=("#0a45b8", "#12660f", "#a81a14", "#b57a00", "#6a6a6a"))  # fmt: skip
    plot = pygal.Line(
        js=[], no_prefix=True, disable_xml_declaration=True, style=style, logarithmic=True, width=900, height=500,
        margin_bottom=50,
        title="What a history costs, in milliseconds", x_title="closed defenses", legend_at_bottom=True,
        legend_at_bottom_columns=3, truncate_legend=-1, value_formatter=lambda ms: f"{ms:,g}",
    )  # fmt: skip
    plot.y_labels = [0.1, 1, 10, 100, 1_000]
    plot.x_labels = [f"{size:,}" for size in found]
    for name, label in LABELS.items():
        plot.add(label, [round(each[name], 3) for each in found.values()])
    return plain_svg(plot)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure, print a table, and draw it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="leave out larger stores")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--svg", type=Path, help="where the plot is written")
    asked = parser.parse_args(arguments)
    sizes = [size for size in SIZES if size <= asked.most]
    found: dict[int, dict[str, float]] = {}
    print("| closed defenses |" + "".join(f" {label} |" for label in LABELS.values()))
    print("|---|" + "---|" * len(LABELS), flush=True)
    for size in sizes:
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
            bench = Bench(Path(folder), stores={str(size): {"pending": PENDING, "closed": size}})
            found[size] = measured(bench, size, asked.rounds)
        cells = (f"{found[size][name]:.{0 if found[size][name] >= 10 else 2}f} ms" for name in LABELS)
        print(f"| {size:,} | " + " | ".join(cells) + " |", flush=True)
    if asked.svg:
        asked.svg.write_bytes(drawn(found) + b"\n")


if __name__ == "__main__":
    main()
