"""Discord's limits, as its documentation for developers gives them."""

from __future__ import annotations

from datetime import timedelta

# Characters in all text displays of one message together.
MESSAGE_TEXT = 4000
# Buttons in a row, and characters on a button.
ROW_BUTTONS = 5
BUTTON_LABEL = 80
# Components of one message, rows and buttons and texts alike.
MESSAGE_COMPONENTS = 40
THREAD_NAME = 100
# Characters that tell what a picture shows.
PICTURE_ALT = 1024
# Within this time a nonce keeps a message from being sent twice; Discord says “a few minutes”.
NONCE_HOLDS = timedelta(minutes=2)
# How long an interaction may be answered after it was acknowledged.
INTERACTION_LASTS = timedelta(minutes=15)
