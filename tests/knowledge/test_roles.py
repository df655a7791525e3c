from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.roles import Role, Roles, load_roles

DATA = Role("data", "Data Scientist", ("data scientist", "ds"))
ENGINEER = Role("engineer", "ML Engineer", ("ml engineer", "mle"))
LEAD = Role("lead", "ML Engineer Lead", ("ml engineer lead",))
GUIDES = Path(__file__).parents[2] / "knowledge" / "guides"


@pytest.fixture(scope="module")
def roles() -> Roles:
    return Roles([DATA, ENGINEER, LEAD])


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Is a Data Scientist well off?", (DATA,)),
        ("mle or DS", (ENGINEER, DATA)),
        ("data scientists and MLEs, then another data scientist", (DATA, ENGINEER)),
        ("the ml engineer lead", (LEAD,)),
        ("windows, mlem, _ds_", ()),
        ("", ()),
    ],
)
def test_roles_are_found_by_any_of_their_names(roles: Roles, text: str, named: tuple[Role, ...]) -> None:
    assert roles.named(text) == named


@pytest.mark.parametrize("text", ["data ſcientist", "data scİentist", "data scıentist"])
def test_letters_that_only_resemble_a_name_do_no_harm(roles: Roles, text: str) -> None:
    assert roles.named(text) == ()
    assert roles.replace(text, DATA, ENGINEER) == text


def test_one_role_is_put_in_the_place_of_another(roles: Roles) -> None:
    text = "Does a data scientist or an ML engineer lead earn more than DSs?"

    changed = roles.replace(text, DATA, ENGINEER)

    assert changed == "Does a ML Engineer or an ML engineer lead earn more than ML Engineer?"


def test_every_role_of_the_project_has_a_guide_and_is_known_by_its_title() -> None:
    roles = load_roles()
    by_id = {role.id: role for role in roles._by_alias.values()}

    assert len(by_id) == 5
    for role in by_id.values():
        assert (GUIDES / f"{role.id}.md").is_file()
        assert roles.named(f"Tell me about {role.title}s.") == (role,)


def test_no_two_roles_share_a_name() -> None:
    names = [name for role in set(load_roles()._by_alias.values()) for name in role.aliases]

    assert len(names) == len(set(names))
    assert names == [name.lower().strip() for name in names]


def test_a_file_of_roles_is_read(tmp_path: Path) -> None:
    path = tmp_path / "roles.yaml"
    path.write_text("- {id: data, title: Data Scientist, aliases: [data scientist]}", encoding="utf-8")

    assert load_roles(path).named("data scientist") == (Role("data", "Data Scientist", ("data scientist",)),)
