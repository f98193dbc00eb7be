"""The screens: they compose widgets, run flows and call the desk; no rule of the domain stands here."""
