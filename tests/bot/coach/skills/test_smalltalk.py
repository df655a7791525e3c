from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.coach.skills.smalltalk import SmallTalk
from bot.memory.conversations import Turn
from bot.reply import Message, Reply
from tests.bot.conftest import HeardAs

PROMPT = Path(__file__).parents[4] / "prompts" / "smalltalk.yaml"

SMALL_TALK = {
    "greeting": ["hi", "Hi!", "heyyyy", "yo", "hello there 😀😀", "Good evening :)", "hey coach", "hi 👋"],
    "thanks": [
        "thanks",
        "thx",
        "ty",
        "tysm!!!",
        "okay",
        "cheers mate",
        "thank you so much 🙏",
        "thanks for your help",
        "great, thanks for the info",
        "hi, thanks for the help!",
        "makes sense",
        "cool",
        "That was really helpful, thank you!",
    ],
    "goodbye": [
        "bye",
        "cya",
        "gtg",
        "gotta go, bye",
        "thanks, bye",
        "Thank you, have a nice day!",
        "good night",
    ],
    "capabilities": [
        "what can you do",
        "What can you help me with?",
        "help!",
        "can you help me?",
        "how does this work",
        "hey! who are you and what can you do?",
    ],
    "identity": ["who are you", "Who are you?", "are you a bot?", "what’s your name", "whats ur name"],
    "wellbeing": [
        "how are you",
        "how r u",
        "hru",
        "sup",
        "wassup",
        "how’s it going",
        "hows it going bro",
        "good morning! how are you today?",
    ],
    "joke": ["tell me a joke", "sing me a song"],
    "laughter": ["lol", "haha", "hahahaha"],
    "apology": ["sorry", "my bad", "np"],
    "decline": ["no", "no thanks", "nope"],
    "complaint": ["that makes no sense", "that's not what I asked!"],
    "chatter": ["😂😂", "it's snowing outside", "what a sunny day"],
}
QUESTIONS = [
    "thanks, what about data science?",
    "hi, what maths do I need?",
    "can you help me with my portfolio",
    "can you help me choose a role?",
    "I need help finding a job",
    "what's new in ML?",
    "what's a good project",
    "is it good to learn R",
    "how does this work in interviews?",
    "what do you know about research scientists",
    "are you sure a PhD helps?",
    "tell me more",
    "why?",
    "go on",
    "yes",
    "2",
    "sorry, I meant data scientist",
    "I don't understand gradient descent",
    "great. and interviews?",
    "no, the second one",
    "career tips",
    "advice?",
    "how do I answer “tell me about yourself” in an interview?",
    "see you later, but first: what is MLOps?",
    "that is all well and good, but which role suits me?",
    "is test driven development useful in ML?",
    "which role is good for me?",
]


@pytest.fixture(scope="module")
def smalltalk() -> SmallTalk:
    return SmallTalk.load()


@pytest.fixture(scope="module")
def replies() -> dict[str, list[str]]:
    """What the coach says to each intent, as the project's file has it."""
    data = yaml.safe_load(PROMPT.read_text(encoding="utf-8"))
    return {intent["intent"]: intent["replies"] for intent in data["intents"]}


@pytest.mark.parametrize(
    ("intent", "text"), [(intent, text) for intent, texts in SMALL_TALK.items() for text in texts]
)
async def test_small_talk_is_answered_in_kind(
    heard_as: HeardAs, smalltalk: SmallTalk, replies: dict[str, list[str]], intent: str, text: str
) -> None:
    assert await heard_as(text) == "smalltalk"

    reply = await smalltalk.reply(Message("ada", "here", text), ())

    assert reply == Reply("chat", replies[intent][0])


@pytest.mark.parametrize("text", QUESTIONS)
async def test_a_question_is_not_taken_for_small_talk(heard_as: HeardAs, text: str) -> None:
    assert await heard_as(text) != "smalltalk"


def test_every_intent_of_the_file_is_tried_here(replies: dict[str, list[str]]) -> None:
    assert SMALL_TALK.keys() == replies.keys()


async def test_replies_take_turns_and_begin_again(
    smalltalk: SmallTalk, replies: dict[str, list[str]]
) -> None:
    turns: tuple[Turn, ...] = ()
    for _ in range(len(replies["thanks"]) + 1):
        reply = await smalltalk.reply(Message("ada", "here", "thanks"), turns)
        turns = (*turns, Turn("thanks", reply))

    assert [turn.reply.text for turn in turns] == [*replies["thanks"], replies["thanks"][0]]


async def test_what_was_said_to_something_else_does_not_count_as_a_turn(
    smalltalk: SmallTalk, replies: dict[str, list[str]]
) -> None:
    turns = (Turn("hi", Reply("chat", replies["greeting"][0])),)

    reply = await smalltalk.reply(Message("ada", "here", "thanks"), turns)

    assert reply.text == replies["thanks"][0]


async def test_the_first_intent_of_the_file_with_a_cue_answers(tmp_path: Path) -> None:
    path = tmp_path / "smalltalk.yaml"
    path.write_text(
        "fillers: [so, much]\n"
        "intents:\n"
        "- {intent: bye, cues: [bye], replies: [Farewell.]}\n"
        "- {intent: thanks, cues: [thank you], replies: [Welcome.]}\n",
        encoding="utf-8",
    )
    smalltalk = SmallTalk.load(path)

    reply = await smalltalk.reply(Message("ada", "here", "Thank you so much... bye!"), ())

    assert reply.text == "Farewell."
    assert not smalltalk.understands("so much")
    assert not smalltalk.understands("goodbye")
