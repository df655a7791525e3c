"""What was made of texts a while ago, at hand for when it is wanted again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Generic, TypeVar

Kept = TypeVar("Kept")


class Recent(Generic[Kept]):
    """What was made of texts, but for those not asked for in a while."""

    def __init__(self, most: int) -> None:
        """Keep what was made of so many texts."""
        self._most = most
        self._kept: OrderedDict[str, Kept] = OrderedDict()

    async def get(
        self, texts: Iterable[str], make: Callable[[Sequence[str]], Awaitable[Iterable[Kept]]]
    ) -> dict[str, Kept]:
        """Return what is made of each text, making together what is not there yet."""
        wanted = list(dict.fromkeys(texts))
        # A batch is as slow as its longest text: words beside words.
        new = sorted((text for text in wanted if text not in self._kept), key=len)
        made = {text: self._kept[text] for text in wanted if text in self._kept}
        made |= zip(new, await make(new), strict=True)
        for text in wanted:
            self._kept[text] = made[text]
            self._kept.move_to_end(text)
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)
        return made
