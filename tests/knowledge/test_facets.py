"""Every facet of a role rests on what a guide says."""

from __future__ import annotations

from pathlib import Path

import pytest

from knowledge.loaders.markdown import read_guides
from knowledge.roles import Facet, load_roles
from knowledge.units import split_units

GUIDES = Path(__file__).parents[2] / "knowledge" / "guides"
SAYS = {
    (guide.id, section.heading): {unit.text for unit in split_units(section.body)}
    for guide in read_guides(GUIDES)
    for section in guide.sections
}
FACETS = [facet for role in load_roles() for facet in role.facets]


@pytest.mark.parametrize("facet", FACETS, ids=lambda facet: f"{facet.role_id}:{facet.id}")
def test_a_facet_is_tied_to_a_section_that_says_it(facet: Facet) -> None:
    assert facet.says in SAYS[facet.guide_id, facet.section]
    assert facet.examples
    assert (facet.learning is not None) == (facet.kind == "skill")


def test_a_role_has_facets_of_its_own_name_each_once() -> None:
    names = [(facet.role_id, facet.id) for facet in FACETS]

    assert len(names) == len(set(names))
    assert {facet.role_id for facet in FACETS} == {role.id for role in load_roles()}
