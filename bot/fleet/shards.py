"""Shards: which servers of a large bot are this process's part."""

from __future__ import annotations

import re
from dataclasses import dataclass

from knowledge.errors import CoachError

_TEXT = re.compile(r"(\d+)(?:-(\d+))?/(\d+)")
# Discord hands out servers by their id without the part that counts within a millisecond and machine:
# https://discord.com/developers/docs/events/gateway#sharding
_COUNTED_BITS = 22


class ShardsError(CoachError):
    """What was said about shards makes no sense; the text says what would."""


@dataclass(frozen=True, slots=True)
class Shards:
    """Some of a bot's shards, of which there are `count` in all; by default all of one."""

    ids: tuple[int, ...] = (0,)
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Shards:
        """Read “0-3/16” as the first four shards of sixteen, and “5/16” as the sixth.

        Raises:
            ShardsError: it is something else.

        """
        found = _TEXT.fullmatch(text.replace(" ", ""))
        if not found:
            raise ShardsError(
                f"“{text}” are no shards. Write which ones this process takes and how many there are in all: "
                "--shards 0-3/16 takes the first four of sixteen, --shards 5/16 one."
            )
        first, count = int(found[1]), int(found[3])
        last = int(found[2] or first)
        if not first <= last < count:
            raise ShardsError(
                f"“{text}” asks for shards that there are not. They are counted from 0, the lower first; of "
                f"{count} the last is {max(count, 1) - 1}."
            )
        return cls(tuple(range(first, last + 1)), count)

    def __str__(self) -> str:
        """Write them as `parse` reads them."""
        return f"{self.ids[0]}-{self.ids[-1]}/{self.count}"

    @property
    def leases(self) -> tuple[str, ...]:
        """The names under which this process holds them; a bot that is not shared out is held by none."""
        return tuple(f"shard {shard}/{self.count}" for shard in self.ids if self.count > 1)

    @property
    def first(self) -> bool:
        """Whether what is done once for the whole bot is done here."""
        return 0 in self.ids

    def own(self, guild: int | None) -> bool:
        """Whether what happens in a server, or in direct messages (None), is seen to here."""
        return ((guild or 0) >> _COUNTED_BITS) % self.count in self.ids


# What a bot has that is not shared out.
ALL = Shards()
