"""The shapes of the answers, as a program sees them; the names are part of the contract."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, FiniteFloat

Quality = Literal["good", "stale", "suspect", "fault"]
TIME = Field(description="RFC 3339, UTC", examples=["2026-05-01T06:00:00.000Z"])
TIME_OR_NEVER = Field(
    description="RFC 3339, UTC; null if never", examples=["2026-05-01T06:00:00.000Z"]
)


class Problem(BaseModel):
    """What went wrong (RFC 9457), in the reader's language. `code` is stable."""

    type: str = Field(examples=["/api/docs#UNKNOWN_CHANNEL"])
    title: str = Field(examples=["Not found"])
    status: int = Field(examples=[404])
    detail: str = Field(examples=["There is no channel 'potager-1/ait'. Did you mean: …?"])
    code: str = Field(examples=["UNKNOWN_CHANNEL"])


class Place(BaseModel):
    """Where the garden is, rounded to about a kilometre."""

    latitude: float = Field(examples=[47.32])
    longitude: float = Field(examples=[5.04])


class Import(BaseModel):
    """Readings that came from a file; ``simulated``: from a model, not from sensors."""

    label: str = Field(examples=["year-before.csv"])
    from_: str = Field(alias="from", examples=["2025-05-01T00:00:00.000Z"])
    to: str = TIME
    simulated: bool
    rows: int


class Garden(BaseModel):
    """The garden as a whole."""

    name: str = Field(examples=["Jardin de la Fontaine"])
    timezone: str = Field(examples=["Europe/Paris"])
    language: str = Field(examples=["fr"])
    place: Place | None
    time: str = TIME
    clock: Literal["trusted", "untrusted"] = Field(description="Whether the clock is kept right")
    version: str = Field(examples=["0.1.0"])
    store: str = Field(description="New whenever the store is", examples=["7c1e9a52d01b44f3"])
    imports: list[Import]


class Trouble(BaseModel):
    """One thing that is not as it should be."""

    code: str = Field(examples=["NODE_SILENT"])
    text: str = Field(examples=["Nothing has come for 40 minutes."])


class Health(BaseModel):
    """How a node is, and why, worst first."""

    state: Literal["good", "warning", "bad", "unknown"]
    troubles: list[Trouble]


class Node(BaseModel):
    """A computer in the garden."""

    node: str = Field(examples=["potager-1"])
    state: str = Field(description="`online`, `offline`, `lost` or `unknown`", examples=["online"])
    last_seen: str | None = TIME_OR_NEVER
    interval_s: float = Field(examples=[300.0])
    packs: int = Field(description="Distinct packs received")
    quarantined: int = Field(description="Refused packs and readings that wait for a person")
    dropped: int = Field(description="Packs that the node's full outbox lost for good")
    clock: str | None = Field(description="`ntp`, `rtc`, `gateway`, `estimated`", examples=["ntp"])
    health: Health
    about: dict[str, Any] = Field(description="What the node said of itself")


class NodeList(BaseModel):
    """All nodes, by name."""

    nodes: list[Node]


class Latest(BaseModel):
    """The newest thing known of a channel. `value` is null where the sensor failed."""

    time: str = TIME
    value: float | None = Field(examples=[21.4])
    age_s: float = Field(examples=[12.3])
    quality: Quality
    fault: str | None = Field(description="Why there is no value", examples=[None])
    doubt: str | None = Field(description="Why the value is doubted", examples=[None])


class Channel(BaseModel):
    """One quantity that a node measures, and its present."""

    channel: str = Field(description="Its full name", examples=["potager-1/air"])
    node: str = Field(examples=["potager-1"])
    name: str = Field(examples=["air"])
    quantity: str | None = Field(examples=["air_temperature"])
    unit: str | None = Field(description="SenML's symbol", examples=["Cel"])
    sensor: str | None = Field(examples=["DHT22"])
    pin: str | None = Field(examples=["GPIO4"])
    simulated: bool = Field(description="Some of its readings are simulated, not measured")
    latest: Latest | None


class ChannelList(BaseModel):
    """Channels, by name."""

    channels: list[Channel]


class LatestOfChannel(Latest):
    """One value and whose it is."""

    channel: str = Field(examples=["potager-1/air"])
    quantity: str | None = Field(examples=["air_temperature"])
    unit: str | None = Field(examples=["Cel"])


class Refused(BaseModel):
    """Something that was not stored, and why."""

    id: int
    received: str = TIME
    node: str | None
    channel: str | None
    topic: str
    code: str = Field(examples=["NOT_FINITE"])
    text: str = Field(description="Why, in the reader's language")
    payload: str
    encoding: Literal["text", "base64"] = Field(description="How `payload` is written")


class QuarantinePage(BaseModel):
    """Refused packs and readings, newest first."""

    items: list[Refused]
    next: int | None = Field(description="Ask with `before=` this for older ones; null at the end")
    count: int = Field(description="How many there are in all")
    evicted: int = Field(description="How many were dropped because the quarantine was full")


class RetryRequest(BaseModel, extra="forbid"):
    """Which refused items to try again."""

    ids: list[int] | None = Field(
        None, description="Their ids; absent: all", max_length=10_000, examples=[[12, 13]]
    )


class Retried(BaseModel):
    """What a retry did."""

    accepted: int = Field(description="Now stored")
    left: int = Field(description="Still in quarantine")


Role = Literal["gardener", "keeper", "group", "program"]


class CalibrationPoint(BaseModel, extra="forbid"):
    """What the sensor gave, and what that meant."""

    raw: FiniteFloat = Field(description="As measured", examples=[0.75])
    value: FiniteFloat = Field(description="What it means, in the unit that leaves", examples=[0.0])


Points = Annotated[list[CalibrationPoint], Field(min_length=2, max_length=2)]


class NewCalibration(BaseModel, extra="forbid"):
    """Two points, and from when they hold."""

    points: Points
    from_: str | None = Field(
        None,
        alias="from",
        description="From when on; absent: always, or from now where one holds already",
        examples=["2026-05-01T06:00:00Z"],
    )
    by: Role = Field("gardener", description="The role of who measured, never a name")


class CalibrationOfChannel(NewCalibration):
    """One of many."""

    channel: str = Field(examples=["potager-1/bac-1-soil"])


class CalibrationBatch(BaseModel, extra="forbid"):
    """A class's probes, calibrated at once: all or none."""

    calibrations: list[CalibrationOfChannel] = Field(min_length=1, max_length=500)
    by: Role = Field("gardener", description="The role of who measured, never a name")


class CalibrationShape(BaseModel):
    """A calibration that was made."""

    id: int
    channel: str = Field(examples=["potager-1/bac-1-soil"])
    points: list[CalibrationPoint]
    from_: str = Field(serialization_alias="from", examples=["2026-05-01T06:00:00.000Z"])
    by: str
    made: str = TIME
    undone: str | None = Field(description="When it was taken back; null: it holds")


class CalibrationList(BaseModel):
    """Calibrations, newest first."""

    calibrations: list[CalibrationShape]


class SeriesOfReadings(BaseModel):
    """One channel's readings, one row per moment, in the order of `columns`."""

    channel: str = Field(examples=["potager-1/air"])
    node: str
    name: str
    quantity: str | None = Field(examples=["air_temperature"])
    unit: str | None = Field(examples=["Cel"])
    columns: list[str] = Field(examples=[["time", "value", "quality"]])
    points: list[list[str | float | int]] = Field(
        description="Rows; a third item `suspect` marks a doubt and a fourth says why, "
        "a row without them is `good`",
        examples=[
            [
                ["2026-05-01T00:00:00.000Z", 21.4],
                ["2026-05-01T00:05:00.000Z", 21.5, "suspect", "stuck"],
            ]
        ],
    )
    faults: list[list[str | int]] = Field(
        description="Moments without a value and why (only without `every`)",
        examples=[[["2026-05-01T00:10:00.000Z", "checksum"]]],
    )


class Readings(BaseModel):
    """Readings of one or more channels over one span of time."""

    from_: str = Field(alias="from", examples=["2026-05-01T00:00:00.000Z"])
    to: str = Field(examples=["2026-05-02T00:00:00.000Z"])
    every: str | None = Field(examples=["1h"])
    times: Literal["rfc3339", "ms"]
    timezone: str = Field(description="Whose days `every` cuts", examples=["Europe/Paris"])
    raw: bool
    series: list[SeriesOfReadings]


class GatewayCheck(BaseModel):
    """One thing that was looked at. `code` and `text` are null where it is good."""

    name: str = Field(
        description="`ingest`, `broker`, `commit`, `queue`, `databases`, `disk`, `backup`, "
        "`quarantine`, `clock` or `nodes`",
        examples=["disk"],
    )
    state: Literal["good", "warning", "bad", "unknown"]
    code: str | None = Field(examples=["DISK_ALMOST_FULL"])
    text: str | None = Field(description="What is wrong and what to do", examples=[None])
    values: dict[str, bool | float | int | str | None] = Field(
        examples=[{"free_bytes": 412000000, "total_bytes": 31000000000, "days_left": 412}]
    )


class GatewayHealth(BaseModel):
    """How the gateway is; `state` is that of its worst check."""

    state: Literal["good", "warning", "bad", "unknown"]
    time: str = TIME
    checks: list[GatewayCheck]
