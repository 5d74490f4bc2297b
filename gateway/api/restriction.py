"""The drought restriction (arrêté sécheresse) that the gardener enters."""

from __future__ import annotations

from fastapi import APIRouter

from gateway.api.bed_shapes import RestrictionShape
from gateway.api.context import TheGateway
from gateway.api.guard import TheAsker, allow
from gateway.api.problems import Problem
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.watering.situation import Restriction

router = APIRouter(prefix="/restriction", tags=["advice"])


@router.get("", dependencies=[allow(Action.READ)], summary="The drought restriction")
def restriction(gateway: TheGateway) -> RestrictionShape | None:
    """When watering is forbidden; null where it never is."""
    return _shape(gateway)


@router.put("", dependencies=[allow(Action.BEDS)], summary="Enter a drought restriction")
def restrict(
    gateway: TheGateway, asker: TheAsker, body: RestrictionShape
) -> RestrictionShape | None:
    """From one hour to another of the garden's clock, over midnight too; 0 to 24 for never.

    What would be "yes" becomes `forbidden`, with the hour from which it is allowed.
    """
    if body.from_hour == body.to_hour:
        raise Problem(
            422,
            "RESTRICTION_EMPTY",
            fr="« from_hour » et « to_hour » doivent différer : 0 et 24 interdisent toute la "
            "journée.",
            en="'from_hour' and 'to_hour' must differ: 0 and 24 forbid the whole day.",
        )
    rule = Restriction(body.from_hour, body.to_hour, body.until)
    gateway.catalogue.restrictions.put(rule, gateway.clock.wall_ms())
    gateway.access.note(asker.name, "RESTRICTION_SET", f"{body.from_hour}-{body.to_hour}")
    gateway.advisor.renew_all()
    return _shape(gateway)


@router.delete("", dependencies=[allow(Action.BEDS)], summary="End the drought restriction")
def end(gateway: TheGateway, asker: TheAsker) -> RestrictionShape | None:
    """Nothing is forbidden any more."""
    gateway.catalogue.restrictions.end(gateway.clock.wall_ms())
    gateway.access.note(asker.name, "RESTRICTION_ENDED")
    gateway.advisor.renew_all()
    return _shape(gateway)


def _shape(gateway: Gateway) -> RestrictionShape | None:
    rule = gateway.catalogue.restrictions.now()
    if rule is None or (rule.until is not None and rule.until < gateway.advisor.today()):
        return None
    return RestrictionShape(from_hour=rule.from_hour, to_hour=rule.to_hour, until=rule.until)
