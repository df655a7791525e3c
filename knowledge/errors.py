"""The base of every error of this project whose text may be shown to a person.

It stands here, in the lowest room, because every room above may raise it.
"""


class CoachError(Exception):
    """Something a person can mend; the text is safe to show and says how.

    `see` names the command that shows more, such as `kb history`; how it is written where the
    person is, the front end knows.
    """

    see = ""
