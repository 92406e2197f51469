"""The throw-away servers and processes really run, really hold data and really go away."""

import sys
from pathlib import Path

import psycopg
import pytest
import redis

from tests.kit.lent import Lender
from tests.kit.ports import LOOPBACK, free_port, is_listening
from tests.kit.postgres import OWNER, temporary_postgres
from tests.kit.processes import Child, ChildDiedError, running
from tests.kit.redis import temporary_redis

FAMILY = "import subprocess, sys; subprocess.Popen([sys.executable, '-m', 'http.server', sys.argv[1]]).wait()"


def rows(url: str, statement: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def test_databases_are_copied_from_a_template_and_independent() -> None:
    with temporary_postgres() as server:
        template = server.create_database(name="template_shop")
        rows(template, "create table member (name text); insert into member values ('王小雨')")
        first, second = (server.create_database(template="template_shop") for _ in range(2))
        rows(first, "delete from member")
        assert rows(second, "select name from member") == [("王小雨",)]
        server.drop_database(first)
        with pytest.raises(psycopg.OperationalError):
            rows(first, "select 1")
        server.crash()
        assert not is_listening(server.port)
        server.start()
        assert rows(second, "select name from member") == [("王小雨",)]
        assert rows(server.url(), "select current_user") == [(OWNER,)]
        port, folder = server.port, server.folder
    assert not is_listening(port)
    assert not folder.exists()


def test_what_a_test_borrows_is_as_the_template_for_the_next_one() -> None:
    with temporary_postgres() as server:
        template = server.create_database(name="template_shop")
        rows(template, "create table shop (id bigserial primary key, name text)")
        rows(template, "create table member (id bigserial primary key, shop bigint references shop, name text)")
        rows(template, "insert into shop (name) values ('小满\t\\烘焙'), (null)")
        before = rows(template, "select * from shop order by id")
        lender = Lender(server)
        first, other = lender.lend("template_shop"), lender.lend("template_shop")
        assert first != other
        rows(first, "insert into member (shop, name) values (1, '王小雨'); delete from shop where id = 2")
        rows(first, "update shop set name = '别家'; insert into shop (name) values ('分店')")
        lender.take_back()
        again = {lender.lend("template_shop"), lender.lend("template_shop")}
        assert again == {first, other}
        assert rows(first, "select * from shop order by id") == before
        assert rows(first, "select * from member") == []
        assert rows(first, "insert into shop (name) values ('分店') returning id") == [(3,)]
        assert rows(first, "insert into member (shop) values (1) returning id") == [(1,)]
        rows(other, "alter table member drop constraint member_shop_fkey")
        lender.take_back()
        assert first in {lender.lend("template_shop"), lender.lend("template_shop")}
        with pytest.raises(psycopg.OperationalError):
            rows(other, "select 1")


def test_redis_answers_and_goes_away() -> None:
    with temporary_redis() as url:
        with redis.Redis.from_url(url) as client:
            client.set("常客", "在")
            assert client.get("常客") == "在".encode()
        port = int(url.split(":")[2].split("/")[0])
    assert not is_listening(port)


def test_a_child_is_stopped_with_its_whole_family(tmp_path: Path) -> None:
    port = free_port()
    with running([sys.executable, "-c", FAMILY, str(port)], log=tmp_path / "log", cwd=tmp_path) as child:
        child.wait_for_http(f"http://{LOOPBACK}:{port}/")
        assert child.exit_code is None
    assert not is_listening(port)
    assert child.exit_code is not None


def test_a_child_that_dies_early_shows_its_log(tmp_path: Path) -> None:
    with (
        running([sys.executable, "-c", "raise SystemExit('没有配置')"], log=tmp_path / "log") as child,
        pytest.raises(ChildDiedError, match="没有配置"),
    ):
        child.wait_for_port(free_port())


def test_a_killed_child_reports_the_signal(tmp_path: Path) -> None:
    child = Child(["/bin/sleep", "60"], log=tmp_path / "log")
    child.kill()
    assert child.exit_code == -9
    assert child.stop() == -9
