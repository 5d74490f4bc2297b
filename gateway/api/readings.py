"""``GET /readings``: what was measured, as JSON, as a table for a spreadsheet, or as SenML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Query
from starlette.responses import StreamingResponse

from gateway.api.context import TheGateway, unknown_channel
from gateway.api.guard import allow
from gateway.api.problems import Problem, unknown
from gateway.api.readings_json import readings_json
from gateway.api.series import AGGREGATES, Wanted, default_aggregate, file_rows, how_many
from gateway.api.shapes import Readings
from gateway.api.spans import span_of
from gateway.catalogue import ChannelInfo
from gateway.formats import write_csv, write_csv_fr, write_senml
from gateway.measured import Measured
from gateway.security.roles import Action
from gateway.service import Gateway
from gateway.store.base import Series, knock
from gateway.times import (
    DAY_MS,
    MAX_BUCKETS,
    Every,
    check_in_calendar,
    edges,
    parse_every,
    to_rfc3339,
)

router = APIRouter(tags=["readings"])

MAX_CHANNELS: Final = 50
MAX_POINTS: Final = MAX_BUCKETS
SCREEN_POINTS: Final = 500
"""Of one answer: almost two years of one channel at five minutes."""
Format = Literal["json", "csv", "csv-fr", "senml"]
MEDIA_TYPES: Final[Mapping[Format, str]] = {
    "json": "application/json",
    "csv": "text/csv",
    "csv-fr": "text/csv",
    "senml": "application/senml+json",
}
EXTENSIONS: Final[Mapping[Format, str]] = {
    "json": "json",
    "csv": "csv",
    "csv-fr": "csv",
    "senml": "senml.json",
}
STEPS: Final = ("1m", "5m", "15m", "1h", "3h", "6h", "12h", "1d", "1w", "1mo")


@router.get(
    "/readings",
    dependencies=[allow(Action.READ)],
    summary="What was measured",
    response_class=StreamingResponse,
    responses={
        200: {
            "model": Readings,
            "description": "As JSON, CSV or SenML",
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "application/senml+json": {"schema": {"type": "array", "items": {}}},
            },
        }
    },
)
def readings(
    *,
    gateway: TheGateway,
    channel: Annotated[
        list[str],
        Query(
            min_length=1,
            max_length=MAX_CHANNELS,
            description="`node/channel`; repeat it for several",
            examples=[["potager-1/air"]],
        ),
    ],
    from_: Annotated[
        str | None,
        Query(alias="from", description="Inclusive; a moment or a date; default: 24 h before `to`"),
    ] = None,
    to: Annotated[
        str | None, Query(description="Exclusive; a moment or a date; default: now")
    ] = None,
    every: Annotated[
        str | None,
        Query(
            description="`5m`, `1h`, `1d`…; `auto`: as many as a screen shows; absent: each reading"
        ),
    ] = None,
    aggregate: Annotated[
        list[str] | None,
        Query(description="With `every`: `mean,min,max,sum,count`, one or more"),
    ] = None,
    raw: Annotated[bool, Query(description="As measured, without calibration")] = False,
    format_: Annotated[Format, Query(alias="format", description="How it is written")] = "json",
    times: Annotated[
        Literal["rfc3339", "ms"],
        Query(description="JSON only; `ms`: whole milliseconds since 1970"),
    ] = "rfc3339",
) -> StreamingResponse:
    """Each reading, or with `every` one row per span of the garden's local time.

    Over the limit of points the problem `TOO_MANY_POINTS` names the `every` that would fit.
    """
    span = span_of(from_, to, gateway.clock.wall_ms(), gateway.settings.timezone)
    if every is not None:
        check_in_calendar(*span)
    cut = _cut(every, span)
    measured = gateway.readable_raw if raw else gateway.readable
    infos = [_known(gateway, measured, name) for name in dict.fromkeys(channel)]
    _check_length(span, cut, len(infos))
    wanted = _wanted(infos, span, cut, aggregate or [], gateway.settings.timezone)
    _check_count(sum(how_many(measured, one) for one in wanted), span, len(wanted))
    about = {
        "from": to_rfc3339(span[0]),
        "to": to_rfc3339(span[1]),
        "every": None if cut is None else str(cut),
        "times": times,
        "timezone": gateway.settings.timezone,
        "raw": raw,
    }
    knock(gateway.store)  # an answer that has begun cannot become a problem any more
    written = _written(measured, wanted, about, format_)
    return StreamingResponse(
        written, media_type=MEDIA_TYPES[format_], headers=_file_headers(infos, span, format_)
    )


def _written(
    measured: Measured, wanted: Sequence[Wanted], about: Mapping[str, Any], form: Format
) -> Iterator[str]:
    if form == "json":
        return readings_json(measured, about, wanted, in_ms=about["times"] == "ms")
    rows = (row for one in wanted for row in file_rows(measured, one))
    aggregated = about["every"] is not None
    if form == "csv":
        return write_csv(rows, aggregated=aggregated)
    if form == "csv-fr":
        return write_csv_fr(rows, ZoneInfo(about["timezone"]), aggregated=aggregated)
    return write_senml(rows)


def _file_headers(
    infos: Sequence[ChannelInfo], span: tuple[int, int], form: Format
) -> dict[str, str]:
    """JSON is looked at, the others are saved, by the name of what is in them."""
    name = "-".join(infos[0].series) if len(infos) == 1 else "jardin"
    days = "_".join(to_rfc3339(at_ms)[:10] for at_ms in span)
    how = "inline" if form == "json" else "attachment"
    return {
        "Content-Disposition": f'{how}; filename="{name}_{days}.{EXTENSIONS[form]}"',
        "Cache-Control": "no-store",
    }


def _known(gateway: Gateway, measured: Measured, name: str) -> ChannelInfo:
    series = Series(*name.partition("/")[::2])
    info = measured.channel(series)
    if info is None:
        raise unknown_channel(gateway, name)
    return info


def _wanted(
    infos: Sequence[ChannelInfo],
    span: tuple[int, int],
    every: Every | None,
    aggregate: Sequence[str],
    timezone: str,
) -> list[Wanted]:
    names = _aggregates(aggregate)
    if every is None:
        if names:
            raise _aggregate_alone()
        return [Wanted(info, *span) for info in infos]
    bounds = edges(*span, every, ZoneInfo(timezone))
    return [
        Wanted(info, *span, names or (default_aggregate(info.quantity),), bounds) for info in infos
    ]


def _aggregates(given: Sequence[str]) -> tuple[str, ...]:
    """``["mean,min", "max"]`` as three names, each once, in the order given."""
    names = [name.strip() for item in given for name in item.split(",") if name.strip()]
    for name in names:
        if name not in AGGREGATES:
            what = ("agrégat (aggregate)", "aggregate")
            raise unknown("UNKNOWN_AGGREGATE", what, name, AGGREGATES, status=422)
    return tuple(dict.fromkeys(names))


def _aggregate_alone() -> Problem:
    return Problem(
        422,
        "AGGREGATE_WITHOUT_EVERY",
        fr="« aggregate » demande aussi « every », par exemple every=1h.",
        en="'aggregate' needs 'every' too, for example every=1h.",
    )


def _cut(every: str | None, span: tuple[int, int]) -> Every | None:
    """What ``every`` asks for; ``auto`` is the shortest step of which a screen shows all."""
    if every != "auto":
        return None if every is None else parse_every(every)
    steps = [parse_every(step) for step in STEPS]
    return next((s for s in steps if _buckets(span, s) <= SCREEN_POINTS), steps[-1])


def _check_length(span: tuple[int, int], every: Every | None, channels: int) -> None:
    """Refuse so many buckets that even their bounds would be too many."""
    if every is not None:
        _check_count(_buckets(span, every) * channels, span, channels)


def _check_count(count: int, span: tuple[int, int], channels: int) -> None:
    if count <= MAX_POINTS:
        return
    fits = next((s for s in STEPS if _buckets(span, parse_every(s)) * channels <= MAX_POINTS), None)
    fr, en = _what_fits(fits, span, channels)
    raise Problem(
        422,
        "TOO_MANY_POINTS",
        fr=f"Cela ferait {count} valeurs, et {MAX_POINTS} au plus sont permises : choisissez une "
        f"période plus courte{fr}.",
        en=f"That would be {count} values, and at most {MAX_POINTS} are permitted: choose a "
        f"shorter period{en}.",
        more={"points": count, "limit": MAX_POINTS, "every": fits},
    )


def _what_fits(fits: str | None, span: tuple[int, int], channels: int) -> tuple[str, str]:
    """The rest of the sentence: a longer step or, where none is long enough, by how much less."""
    if fits is not None:
        return f" ou demandez every={fits}", f" or ask for every={fits}"
    step = parse_every(STEPS[-1])
    days = (MAX_POINTS // channels - 2) * step.least_ms // DAY_MS
    fr = f" (avec every={step}, {days} jours au plus pour {channels} voies)"
    en = f" (with every={step} at most {days} days of {channels} channels)"
    if most := MAX_POINTS // _buckets(span, step):
        fr, en = f"{fr}, ou {most} voie(s) au plus", f"{en}, or at most {most} channel(s)"
    return fr, en


def _buckets(span: tuple[int, int], every: Every) -> int:
    """How many buckets of ``every`` may meet ``span``."""
    return (span[1] - span[0]) // every.least_ms + 2
