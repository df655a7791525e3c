"""The base of every error of this project whose text may be shown to a person.

It stands here, in the lowest room, because every room above may raise it.
"""


class CoachError(Exception):
    """Something a person can mend; the text is safe to show and says how."""
