"""The known cast of the tests: 小满甜品 with its stores 东湖 (A1) and 南湖 (A2), and the people who work there.

阿满 owns the shop, 小周 manages 东湖, 小林 is cashier at 东湖, 老赵 bakes there, 南姐 is cashier at 南湖.
"""

from dataclasses import dataclass
from datetime import datetime

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from services import wiring
from services.identity import commands as identity
from services.identity import queries as identity_queries
from services.identity.models import Role, Staff
from services.members.models import Member
from services.shared import database
from services.shared.actors import SYSTEM, Actor
from services.signin import commands as signin
from services.stores import commands as stores
from services.stores.models import Store
from tests.browse import Browser
from webapp.web.people import MEMBER_COOKIE, STAFF_COOKIE

PASSWORD = "sweet-tooth-2026"
USERNAMES = {
    "owner": "aman",
    "manager": "xiaozhou",
    "cashier": "xiaolin",
    "kitchen": "laozhao",
    "southern": "nanjie",
}


@dataclass
class Cast:
    """The shop of the tests. Actors by first name; `app` to make clients of."""

    app: Flask
    at: datetime
    east: Store
    south: Store
    staff: dict[str, Staff]
    actors: dict[str, Actor]

    @property
    def owner(self) -> Actor:
        """阿满, who may do everything."""
        return self.actors["owner"]

    @property
    def manager(self) -> Actor:
        """小周, manager of 东湖."""
        return self.actors["manager"]

    @property
    def cashier(self) -> Actor:
        """小林, cashier at 东湖."""
        return self.actors["cashier"]

    @property
    def kitchen(self) -> Actor:
        """老赵, who bakes at 东湖."""
        return self.actors["kitchen"]

    @property
    def southern(self) -> Actor:
        """南姐, cashier at 南湖."""
        return self.actors["southern"]

    def client(self) -> FlaskClient:
        """A fresh browser that nobody has signed in to."""
        return self.app.test_client()

    def browser(self, role: str | None = None, *, store: Store | None = None) -> Browser:
        """A browser signed in to the staff app as this role, working in `store` (东湖 by default); without a role: nobody's."""
        if role is None:
            return Browser(self.app)
        with database.transaction() as session:
            clear = signin.open_staff_session(
                session,
                self.staff[role].id,
                store_id=(store or (self.south if role == "southern" else self.east)).id,
                browser="tests",
                actor=self.actors[role],
                at=self.at,
            )
        return Browser(self.app, (STAFF_COOKIE, clear))

    def browser_that_may(self, *permissions: str) -> Browser:
        """A browser of 老赵, whose role may do just this from now on."""
        with database.transaction() as session:
            session.get_one(Role, self.staff["kitchen"].role_id).permissions = list(permissions)
        return self.browser("kitchen")

    def phone(self, member: Member) -> Browser:
        """A phone signed in to the member app."""
        with database.transaction() as session:
            clear = signin.open_member_session(session, member.id, browser="tests", actor=SYSTEM, at=self.at)
        return Browser(self.app, (MEMBER_COOKIE, clear))

    def token(self, *scopes: str) -> dict[str, str]:
        """Headers of an API token with these scopes (all by default)."""
        with database.transaction() as session:
            _, clear = identity.create_token(
                session, "test", scopes or ("all",), known=wiring.PERMISSIONS, actor=SYSTEM, at=self.at
            )
        return {"Authorization": f"Bearer {clear}"}


def open_shop(at: datetime) -> None:
    """Set up the shop and hire everyone."""
    with database.transaction() as session:
        east, _ = identity.set_up_shop(
            session,
            settings={"shop.name": "小满甜品", "shop.industry": "dessert"},
            store={"code": "A1", "name": "东湖店"},
            owner={"username": USERNAMES["owner"], "name": "阿满", "password": PASSWORD},
            roles=wiring.ROLES,
            at=at,
        )
        south = stores.create_store(session, {"code": "A2", "name": "南湖店"}, actor=SYSTEM, at=at)
        for key, name, role, store in (
            ("manager", "小周", "manager", east),
            ("cashier", "小林", "cashier", east),
            ("kitchen", "老赵", "kitchen", east),
            ("southern", "南姐", "cashier", south),
        ):
            data = {"username": USERNAMES[key], "name": name, "password": PASSWORD, "role": role, "stores": [store.id]}
            identity.create_staff(session, data, actor=SYSTEM, at=at)


def meet(app: Flask, at: datetime) -> Cast:
    """The cast of a shop that `open_shop` made."""
    with database.reading() as session:
        east, south = session.scalars(select(Store).order_by(Store.code)).all()
        staff = {key: identity_queries.find_staff(session, name) for key, name in USERNAMES.items()}
        present = {key: person for key, person in staff.items() if person is not None}
        actors = {key: identity_queries.actor_of_staff(session, person, "tests") for key, person in present.items()}
    return Cast(app, at, east, south, present, actors)
