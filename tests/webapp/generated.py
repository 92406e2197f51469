"""Generated requests to every operation of the API, and what their answers have to look like: schemathesis on our own OpenAPI page.

An answer has a status that the page tells, and the shape that the page tells for it; every refusal is a problem (RFC 9457).
"""

import contextlib
from collections.abc import Callable
from typing import Any

import hypothesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given
from schemathesis import GenerationMode, checks, openapi
from schemathesis.core.failures import Failure, FailureGroup

Ask = Callable[[Any], Any]
SHAPE = (checks.content_type_conformance, checks.response_schema_conformance)


def read_page(app: Flask) -> Any:
    """The OpenAPI page, as schemathesis reads it; not who may ask, or a third of all requests would come from nobody."""
    told = app.test_client().get("/api/v1/openapi.json").get_json()
    page = openapi.from_dict({name: value for name, value in told.items() if name != "security"})
    page.app = app
    return page


def operations(page: Any) -> list[Any]:
    """Everything the API can be asked."""
    return [result.ok() for result in page.get_all_operations()]


def complaint(case: Any, answer: Any) -> str | None:
    """What the page does not tell of this answer; None when it is as told."""
    told = {status for status in case.operation.responses.status_codes if status != "default"}
    if answer.status_code < 400 and str(answer.status_code) not in told:
        return f"{answer.status_code} is not on the page, which tells {sorted(told)}"
    try:
        case.validate_response(answer, checks=list(SHAPE))
    except (Failure, FailureGroup) as failed:
        inner = failed.exceptions[0] if isinstance(failed, FailureGroup) else failed
        return f"{answer.status_code}: {str(inner)[:400]}"
    return None


def settings(examples: int, **more: Any) -> hypothesis.settings:
    """So many examples, without any of the house-keeping of a single property."""
    return hypothesis.settings(
        max_examples=examples, deadline=None, database=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck), **more
    )  # fmt: skip


def ask_each(operation: Any, mode: GenerationMode, ask: Ask, *, most: int, seed: int) -> None:
    """Ask one operation with so many generated cases."""

    def one(case: Any) -> None:
        ask(case)

    # Where nothing can be wrong about a request without input, there is nothing to ask.
    with contextlib.suppress(hypothesis.errors.Unsatisfiable):
        hypothesis.seed(seed)(settings(most)(given(case=operation.as_strategy(generation_mode=mode))(one)))()


def walk(page: Any, ask: Ask, *, walks: int, steps: int, seed: int) -> int:
    """Ask along the links between operations (what one answers, another is asked about); how many steps followed a link."""
    followed = 0

    class Walk(page.as_state_machine()):  # type: ignore[misc]
        """One walk; `ask` looks at the answers."""

        rule_order_seed = seed

        def call(self, case: Any, **_kwargs: Any) -> Any:
            return ask(case)

        def validate_response(self, *_seen: Any, **_kwargs: Any) -> None:
            """Has been done."""

        def step(self, input: Any) -> Any:  # noqa: A002 (its name there)
            nonlocal followed
            followed += bool(input.is_applied)
            return super().step(input)

    hypothesis.seed(seed)(Walk)
    # What earlier steps left in the shop changes later answers: nothing to wonder about here.
    with contextlib.suppress(hypothesis.errors.Flaky):
        Walk.run(settings=settings(walks, stateful_step_count=steps))
    return followed
