"""Every bad input gets its message, and the page of the docs says the same."""

import pytest

from tests.bad_inputs.cases import CASES, COMMANDS
from tests.bad_inputs.page import PAGE, page, said, said_by_command


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_bad_input_is_refused_with_a_message(case, tmp_path):
    problem = said(case, tmp_path)
    assert type(problem) is case.error, problem
    assert case.says in str(problem)


@pytest.mark.parametrize("what", COMMANDS)
def test_a_bad_command_line_is_refused_with_a_message(what):
    arguments, says = COMMANDS[what]
    status, told = said_by_command(arguments)
    assert status == 2
    assert says in told


def test_the_table_is_long_enough_and_names_each_input_once():
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
    assert len(names) + len(COMMANDS) >= 60


def test_the_page_of_the_docs_is_the_table():
    assert PAGE.read_text(encoding="utf-8") == page(), "`make lists` writes it"
