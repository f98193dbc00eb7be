"""The comment bank: sentences that a mentor can begin a note with, and the order in which they are offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from defense_console.model.curriculum import Aspect, Criterion, Text
from defense_console.model.defense.state import RatingValue


class Comment(msgspec.Struct, frozen=True):
    """A sentence of the bank. It is copied into a note, which then knows nothing of it.

    Attributes:
        text: What is inserted.
        rating: The rating it goes with, None for any.
        criterion, aspect, project: What it is about, at most one of them; none for everything.
    """

    text: Text
    rating: RatingValue | None = None
    criterion: str = ""
    aspect: Aspect | None = None
    project: str = ""

    def suits(self, criterion: Criterion, project: str) -> bool:
        """Return whether it may be said of a criterion of a project."""
        return (
            self.criterion in ("", criterion.id)
            and self.aspect in (None, criterion.aspect)
            and self.project in ("", project)
        )

    @property
    def distance(self) -> int:
        """Return how general it is: 0 for one criterion alone, then an aspect, a project, everything."""
        near = (bool(self.criterion), self.aspect is not None, bool(self.project))
        return near.index(True) if True in near else len(near)


def offered(
    bank: Iterable[Comment], criterion: Criterion, project: str, rating: RatingValue | None, uses: Mapping[Comment, int]
) -> tuple[Comment, ...]:
    """Return the sentences for a criterion, the likeliest first.

    Those for its rating come before those for any and for other ratings; then those written for it before those for
    its aspect, its project, everything; then the ones used most; then in the order of the bank.
    """
    fits = [comment for comment in bank if comment.suits(criterion, project)]

    def rank(comment: Comment) -> tuple[int, int, int]:
        other = 0 if rating is None or comment.rating == rating else 1 if comment.rating is None else 2
        return other, comment.distance, -uses.get(comment, 0)

    return tuple(sorted(fits, key=rank))


def uses_of(bank: Iterable[Comment], texts: Iterable[str]) -> dict[Comment, int]:
    """Return how many notes begin with each sentence, in either language, as it is in the bank or as it is shown."""
    written = [text.strip() for text in texts]
    return {c: sum(1 for text in written if text.startswith((c.text.fr, c.text.in_("fr"), c.text.en))) for c in bank}
