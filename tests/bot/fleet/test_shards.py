"""Which servers are this process's part."""

from __future__ import annotations

import pytest

from bot.fleet.shards import ALL, Shards, ShardsError


@pytest.mark.parametrize(
    ("text", "shards"),
    [
        ("0-3/16", Shards((0, 1, 2, 3), 16)),
        ("5/16", Shards((5,), 16)),
        (" 0 - 0 / 1 ", Shards()),
        ("15-15/16", Shards((15,), 16)),
    ],
)
def test_shards_are_read(text: str, shards: Shards) -> None:
    assert Shards.parse(text) == shards
    assert Shards.parse(str(shards)) == shards


@pytest.mark.parametrize("text", ["", "all", "3", "1-2", "-1/4", "1-/4", "0-3", "a-b/c", "0-3/16/2", "1,2/4"])
def test_what_is_no_shards_is_told_with_an_example(text: str) -> None:
    with pytest.raises(ShardsError, match="--shards 0-3/16 takes the first four of sixteen"):
        Shards.parse(text)


@pytest.mark.parametrize("text", ["4/4", "0-4/4", "3-1/4", "0/0"])
def test_shards_that_there_are_not_are_told(text: str) -> None:
    with pytest.raises(ShardsError, match="counted from 0"):
        Shards.parse(text)


def test_every_server_has_one_owner() -> None:
    parts = [Shards.parse(text) for text in ("0-3/16", "4-14/16", "15/16")]

    for guild in (None, 1, 500, 1 << 22, 15 << 22, 81384788765712384, 2**63):
        assert sum(part.own(guild) for part in parts) == 1
    assert parts[0].own(None)
    assert parts[2].own(15 << 22)
    assert [part.first for part in parts] == [True, False, False]
    assert Shards().own(81384788765712384)


def test_shards_are_held_one_by_one() -> None:
    assert Shards.parse("2-3/4").leases == ("shard 2/4", "shard 3/4")
    assert ALL.leases == ()
