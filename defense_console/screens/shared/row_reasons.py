"""Why a document is asked for, as lines to read: the same on the verdict and among the documents to revise."""

from __future__ import annotations

from textual.content import Content

from defense_console.model.curriculum import Project
from defense_console.model.defense import revision, rubric
from defense_console.model.defense.state import Defense, Request
from defense_console.safe_text import content
from defense_console.screens.shared.criteria import short_id
from defense_console.widgets.lists.rubric_list import RATING_STYLES
from defense_console.words.translation import _, clock_text, language


def reason_texts(request: Request, defense: Defense, project: Project) -> list[Content]:
    """Return the mentor's words, else each criterion with its rating and what was seen.

    A criterion may be named by hand, so its rating can be any. Its sentence is given only where what is expected does
    not already say it.
    """
    if request.reason:
        return [content(request.reason)]
    lines = []
    for reason in revision.row_reasons(request, defense, project, language()):
        word, _style = RATING_STYLES[rubric.rating_of(defense, reason.criterion)]
        parts = [_("{criterion}: {rating}", criterion=short_id(reason.criterion, project), rating=_(word))]
        parts += [reason.text] if request.expected else []
        parts += [_("at {time}: “{text}”", time=clock_text(o.at_s), text=o.text) for o in reason.observed]
        lines.append(content(", ".join([*(part.rstrip(".") for part in parts[:-1]), parts[-1]])))
    return lines


def reason_lines(request: Request, defense: Defense, project: Project) -> list[Content]:
    """Return the reasons, each after its label."""
    texts = reason_texts(request, defense, project)
    return [Content.assemble((_("Why:") + " ", "$text-muted"), text) for text in texts]
