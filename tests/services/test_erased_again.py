"""A copy of the books from before an erasure does not bring the person back."""

import json
import shutil
from pathlib import Path

import pytest

from services.privacy.commands import erase_member
from services.privacy.queries import NAME, read_list
from services.shared import database, runtime
from services.shared.actors import Actor
from tests.cast import Cast
from tests.erasing import FORMS, left_in_files, left_in_tables, live
from tests.selling import Till, open_till
from tests.services.test_books import Place, place, take
from webapp.cli.books import find_differences

__all__ = ["place"]


@pytest.fixture
def erased(shop: Cast, tmp_path: Path) -> Till:
    """A shop whose copy knows somebody whom it has erased since."""
    till = open_till(shop)
    live(till)
    take(tmp_path / "copy")
    with database.transaction() as session:
        erase_member(session, till.member.id, give_up=True, actor=Actor("member", till.member.id), at=shop.at)
    return till


def test_the_list_names_nobody_and_lies_beside_the_database(erased: Till) -> None:
    path = runtime.config().data / NAME
    assert path.stat().st_mode & 0o777 == 0o600
    told = json.loads(path.read_text())["erased"]
    assert [set(each) for each in told] == [{"member", "at", "mac"}]
    assert list(read_list(path)) == [erased.member.id]


def test_restoring_an_older_copy_erases_again(erased: Till, tmp_path: Path, place: Place) -> None:
    shutil.copy(runtime.config().data / NAME, tmp_path / "list")
    answer = place.run("restore", "--erased", str(tmp_path / "list"), str(tmp_path / "copy"))
    assert answer.exit_code == 0, answer.output
    assert f"erased again: {erased.member.id}" in answer.output
    assert left_in_tables() == set()
    assert left_in_files() == set()
    assert find_differences() == []
    assert list(read_list(place.data / NAME)) == [erased.member.id]


def test_the_list_is_found_in_the_folder_that_is_restored_into(erased: Till, tmp_path: Path, place: Place) -> None:
    place.data.mkdir()
    shutil.copy(runtime.config().data / NAME, place.data / NAME)
    answer = place.run("restore", str(tmp_path / "copy"))
    assert answer.exit_code == 0, answer.output
    assert left_in_tables() == set()


def test_without_the_list_the_shop_is_told_to_look_for_it_and_verify_finds_them_later(
    erased: Till, tmp_path: Path, place: Place
) -> None:
    kept = runtime.config().data / NAME
    answer = place.run("restore", str(tmp_path / "copy"))
    assert "no list of erased members was found" in answer.output
    assert any(FORMS[0] in each for each in left_in_tables())
    shutil.copy(kept, place.data / NAME)
    assert [each for each in find_differences() if "was erased, these books are from before" in each]


def test_a_line_that_nobody_sealed_erases_nobody(erased: Till, tmp_path: Path, place: Place) -> None:
    told = json.loads((runtime.config().data / NAME).read_text())
    told["erased"].append(told["erased"][0] | {"member": 1})
    (tmp_path / "list").write_text(json.dumps(told))
    answer = place.run("restore", "--erased", str(tmp_path / "list"), str(tmp_path / "copy"))
    assert f"erased again: {erased.member.id}\n" in answer.output
    (tmp_path / "list").write_text("[]")
    refused = Place(tmp_path / "again").run("restore", "--erased", str(tmp_path / "list"), str(tmp_path / "copy"))
    assert refused.exit_code == 1
    assert "is not a list of erasures" in refused.output
