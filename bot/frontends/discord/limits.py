"""Discord's limits, as its documentation for developers gives them."""

from __future__ import annotations

from datetime import timedelta

# Characters in all text displays of one message together.
MESSAGE_TEXT = 4000
# Parts of one message: texts, rows and the buttons in them, sections and what is in those.
MESSAGE_COMPONENTS = 40
# Buttons in a row, and characters on a button.
ROW_BUTTONS = 5
BUTTON_LABEL = 80
THREAD_NAME = 100
# Discord's code for it: a message has one thread at most.
THREAD_EXISTS_ALREADY = 160004
# Characters that tell what a picture shows.
PICTURE_ALT = 1024
# How long an interaction may be answered after it was acknowledged.
INTERACTION_LASTS = timedelta(minutes=15)
# Between two shards that log in, of whatever process; large bots may be allowed more at once.
IDENTIFY_EVERY = timedelta(seconds=5)
