"""The garden in three lines of Python. Nothing to install.

    import garden
    print(garden.temperature("serre"))
    garden.draw("serre", what="temperature")

garden.places() tells what can be read. help(garden) tells the rest. Ctrl-C stops.
"""

import datetime as _datetime
import difflib as _difflib
import http.client as _client
import inspect as _inspect
import json as _json
import math as _math
import os as _os
import re as _re
import time as _time
import unicodedata as _unicodedata
import urllib.error as _error
import urllib.parse as _parse
import urllib.request as _request

ADDRESS = "http://localhost:8000"
TOKEN = ""

_LANGUAGE = "en"
_TIMEOUT_S = 10
_TRIES = 5
_LONGEST_WAIT_S = 70
_GENTLE_S = 5
_WIDTH, _HEIGHT = 60, 12
_pause = _time.sleep
_SANDBOX = "atelier."
_sessions = {}
_tokens = {}
_owns = {}
_doubted = set()

# What each function reads, the first that a place measures.
_KINDS = dict(
    temperature=("air_temperature", "soil_temperature"),
    humidity=("relative_humidity",),
    soil=("soil_moisture",),
    light=("illuminance", "irradiance"),
    rain=("rain",),
    pressure=("pressure",),
    wind=("wind_speed",),
)
_SYMBOLS = {"Cel": "°C", "%RH": "%", "%EL": "%", "/": "", "deg": "°", "W/m2": "W/m²"}
_WITH_CODE = 'garden.group("the code on the board")'
# What to try where the garden refuses something.
_TRY = {
    "TOKEN_REFUSED": "copy the three lines of your group's page again",
    "GROUP_TOKEN_OVER": "copy the three lines of your group's page again",
    "UNKNOWN_PLANT": 'garden.group("the code on the board", plant="tomato")',
    "PLANT_TAKEN": _WITH_CODE,
    "ID_RESERVED": '"my-plant"',
    "EVERY_INVALID": 'every="1h"',
    "TOO_MANY_POINTS": 'every="1h"',
}
_UNITS = {"°C": "Cel", "C": "Cel", "lux": "lx", "W/m²": "W/m2", "°": "deg"}
_REASONS = {
    "in air": "it is out of the soil",
    "no answer": "it does not answer",
    "checksum": "its message came damaged",
    "disconnected": "it is not connected",
    "floating": "a wire is loose",
    "stuck": "it does not move any more",
}
_VERDICTS = {
    "unknown": "nobody knows: check with your finger",
    "frost": "no: frost is coming",
    "waterlogged": "no: the soil is soaked",
    "seedbed": "yes, a little: seeds are sprouting",
    "no": "no, not today",
    "soon": "not today, but soon",
    "wait_for_rain": "no: rain is coming",
    "yes": "yes, today",
    "forbidden": "it is thirsty, but watering is forbidden now",
}


class GardenError(Exception):
    """Something did not work. The text says what, and what to try."""

    def __init__(self, told, attempt="", passing=False, code=""):
        if attempt:
            told = told + "\n  Try: {}".format(attempt)
        Exception.__init__(self, told)
        self.passing = passing
        self.code = code


class Measure(float):
    """A number with its unit (.unit), its moment (.at), its age in seconds (.age), its .place."""

    def __new__(cls, number, unit="", at=None, age=0.0, place="", doubt=""):
        self = float.__new__(cls, number)
        self.unit, self.at, self.age, self.place, self.doubt = unit, at, age, place, doubt
        return self

    def __str__(self):
        digits = "{:g}".format(float(self))
        if abs(self) < 1e12:
            digits = "{:.2f}".format(float(self)).rstrip("0").rstrip(".")
        return "{} {}".format("0" if digits == "-0" else digits, self.unit).strip()

    def __repr__(self):
        return str(self)

    def __reduce__(self):
        return (Measure, (float(self), self.unit, self.at, self.age, self.place, self.doubt))


class History(list):
    """A list of measures, oldest first. faults: how often the sensor gave nothing."""

    unit = ""
    place = ""
    faults = 0


def places():
    """Show all that can be read, with its present value."""
    for channel in sorted(_channels(), key=lambda one: one["channel"]):
        latest = channel["latest"]
        if latest is None or latest["value"] is None:
            told = "no value"
        else:
            told = str(_measure(channel, latest["value"], latest))
            if latest["quality"] == "stale":
                told = "{} (old: {})".format(told, _ago(latest["age_s"]))
        print("{:<32} {:<20} {}".format(channel["channel"], channel["quantity"] or "", told))
    for bed in _beds():
        print("{:<32} {}".format(bed["id"], bed["name"]))


def value(place, what=None, old=False):
    """The present value at a place: a bed, a node or a channel.

    what: which one, where there are several ("temperature"). old=True: also an old value.
    """
    channel = _find(place, what)
    latest = channel["latest"]
    name = channel["channel"]
    if latest is None:
        raise GardenError("'{}' has not measured anything yet.".format(name), passing=True)
    if latest["quality"] not in ("good", "suspect"):
        if not old:
            raise _no_fresh_value(name, latest)
        return _newest(channel)
    if latest["doubt"] and (name, latest["doubt"]) not in _doubted:
        _doubted.add((name, latest["doubt"]))
        print("Careful, '{}' is in doubt: {}.".format(name, _reason(latest["doubt"])))
    return _measure(channel, latest["value"], latest)


def temperature(place, old=False):
    """The temperature at a place, in °C."""
    return value(place, temperature.__name__, old)


def humidity(place, old=False):
    """The humidity of the air at a place, in %."""
    return value(place, humidity.__name__, old)


def soil(place, old=False):
    """The water in the soil of a bed, in %."""
    return value(place, soil.__name__, old)


def light(place, old=False):
    """The light at a place."""
    return value(place, light.__name__, old)


def pressure(place, old=False):
    """The pressure of the air at a place, in hPa."""
    return value(place, pressure.__name__, old)


def wind(place, old=False):
    """The speed of the wind at a place, in m/s."""
    return value(place, wind.__name__, old)


def rain(place, days=1):
    """The rain of the last days at a place, in mm."""
    fallen = history(place, days=days, what=rain.__name__)
    return Measure(round(sum(fallen), 2), "mm", place=fallen.place)


def history(place, days=1, hours=None, every=None, what=None):
    """The measures of the last days or hours, oldest first.

    every: "10m", "1h", "1d": means instead of each measure.
    """
    channel = _find(place, what)
    asked_days = _number(days, "days=7") if hours is None else _number(hours, "hours=12") / 24
    span = _span(asked_days, 3660)
    now = _moment(_get("/garden")["time"])
    asked = {
        "channel": channel["channel"],
        "from": _written(now - span),
        "to": _written(now + _datetime.timedelta(seconds=1)),
    }
    if every is not None:
        asked["every"] = every
    series = _get("/readings", asked)["series"][0]
    found = History()
    found.unit, found.place = _symbol(series["unit"]), channel["channel"]
    found.faults = len(series["faults"])
    for point in series["points"]:
        at = _moment(point[0])
        doubt = point[3] if len(point) > 3 and every is None else ""
        age = (now - at).total_seconds()
        found.append(Measure(point[1], found.unit, at.astimezone(), age, found.place, doubt))
    return found


def advice(bed):
    """Water today? A dictionary with "verdict", "litres", "cans", "mm", "reasons" and more."""
    found = _get("/beds/{}/advice".format(_parse.quote(_bed(bed)["id"], safe="")))
    print("{}: {}".format(found["bed"], _VERDICTS.get(found["verdict"], found["verdict"])))
    for reason in found["reasons"]:
        print("  - {}".format(reason["text"]))
    return found


def diary(place, days=7):
    """The bed's finished days in mm of water: day, missing in the morning, thirst, rain, given."""
    bed = _bed(place)
    now = _moment(_get("/garden")["time"])
    begin = now - _span(_number(days, "days=7"), 366)
    path = "/beds/{}/history".format(_parse.quote(bed["id"], safe=""))
    found = []
    for one in _get(path, {"from": _written(begin), "to": _written(now)})["days"]:
        if one["missing_mm"] is None or one["etc_mm"] is None:
            continue
        if one["rain_mm"] is None and bed["exposure"] != "greenhouse":
            print("Careful: nobody measured the rain of {}. It counts as 0.".format(one["on"]))
        found.append(
            dict(
                day=one["on"],
                missing=one["missing_mm"],
                thirst=one["etc_mm"],
                rain=one["rain_mm"] or 0.0,
                given=(one["given_l"] or 0.0) / bed["area_m2"],
            )
        )
    if not found:
        raise GardenError(
            "The garden has not finished a day of advice for '{}' yet.".format(bed["id"]),
            "come back tomorrow, or more days",
        )
    return found


def group(code, address=None, plant=None):
    """Say who you are before garden.measure: with the code on the screen, or the group's token.

    plant: which one you are; without it, one that is free. The file "garden-group.txt" keeps it.
    """
    global TOKEN, ADDRESS
    if address is not None:
        ADDRESS = address
    TOKEN = ""
    code = str(code).strip()
    if not code:
        raise GardenError("There is no code between the quotes.", _WITH_CODE)
    TOKEN = _token_of(code, plant)
    who = _get("/who")
    print("You write in '{}'.".format(who["own"] or who["role"]))


def measure(name, value, unit=None):
    """Send a measure of your own: garden.measure("my-plant", 21.5)."""
    if not TOKEN:
        raise GardenError(
            "The garden does not know your group yet.",
            'garden.group("the code on the board"), before garden.measure',
        )
    reading = {"channel": _channel_name(name), "value": _number(value)}
    if unit:
        reading["unit"] = _UNITS.get(str(unit), str(unit))[:20]  # none is longer
    answer = _ask("/api/v1/readings", {"readings": [reading]})
    for refused in answer["quarantined"]:
        raise GardenError(refused["text"], 'garden.measure("{}", 21.5)'.format(reading["channel"]))
    told = Measure(reading["value"], unit or "")
    print("{}/{}: {}".format(answer["node"], reading["channel"], told))


send = measure  # the word on a group's page


def when(place, below=None, above=None, do=None, times=1, during=None, every=10, what=None):
    """Wait until a value is below or above a limit, then do something. Ctrl-C stops.

    do: a function, without brackets. times: how often (None: always); it counts again once the
    value has come back. during: seconds at most. every: seconds between two looks, 5 at least.
    """
    limits = _limits(below, above)
    action = _action(do)
    times = None if times is None else _number(times, "times=3")
    every_s = min(max(_GENTLE_S, _number(every, "every=10")), 86400)
    end = None if during is None else _time.monotonic() + _number(during, "during=60")
    done, was_true, last_trouble = 0, False, None
    place_known = False
    try:
        while times is None or done < times:
            try:
                now = value(place, what)
                place_known, last_trouble = True, None
            except GardenError as trouble:
                if not (place_known and trouble.passing):
                    raise
                if str(trouble) != last_trouble:
                    last_trouble = str(trouble)
                    print("Waiting: {}".format(last_trouble))
            else:
                is_true = limits[0] > now or now > limits[1]
                if is_true and not was_true:
                    action(now)
                    done += 1
                was_true = is_true
            if times is not None and done >= times:
                break
            if end is not None and _time.monotonic() >= end:
                print("Time is over.")
                break
            _pause(every_s)
    except KeyboardInterrupt:
        print("Stopped. See you soon in the garden!")
    return done


def draw(series, days=1, hours=None, what=None, window=False):
    """Draw a curve from a place or from a list of numbers.

    window=True: also in a window, with the turtle.
    """
    if isinstance(series, str):
        series = history(series, days=days, hours=hours, what=what)
    try:
        measures = list(series)
    except TypeError:
        raise GardenError(
            "It draws a place between quotes, or a list of numbers.", "garden.draw([3, 1, 2])"
        ) from None
    numbers = [_number(one, "garden.draw([3, 1.5, 2])") for one in measures]
    if not numbers:
        raise GardenError("There is nothing to draw: the list is empty.", "days=7")
    moments = None
    if all(isinstance(one, Measure) and one.at for one in measures):
        moments = [one.at for one in measures]
    if isinstance(series, History):
        print("{} {}".format(series.place, series.unit).rstrip())
    print(_plot(numbers, moments))
    if window:
        _turtle_draws(numbers)


# From here on: how it works.


def __getattr__(name):
    near = [] if name.startswith("_") else _difflib.get_close_matches(name, _PUBLIC, 1, 0.5)
    if near:
        told = "garden.{} does not exist. Did you mean garden.{}?".format(name, near[0])
    else:
        told = "garden.{} does not exist. There is: {}".format(name, ", ".join(_PUBLIC))
    raise AttributeError(told)


class _Stay(_request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments):
        return None


# A school's proxy knows nothing of the garden, which is next door.
_opener = _request.build_opener(_request.ProxyHandler({}), _Stay)


def _get(path, asked=None):
    more = "?" + _parse.urlencode(asked) if asked else ""
    return _ask("/api/v1" + path + more)


def _ask(path, body=None):
    headers = {"Accept": "application/json", "Accept-Language": _LANGUAGE}
    data = None
    if body is not None:
        headers["Content-Type"] = "application/json"
        data = _json.dumps(body).encode("utf-8")
    headers.update(_key())
    try:
        text = _send(path, data, headers)
    except _error.HTTPError as error:
        raise _refused(error) from None
    try:
        return _json.loads(text.decode("utf-8"))
    except ValueError:
        raise _not_the_garden() from None


def _send(path, data, headers):
    """The garden's answer; where it asks to wait, it is asked again."""
    tries = 0
    while True:
        tries += 1
        try:
            return _once(path, data, headers)
        except _error.HTTPError as error:
            if error.code != 429 or tries == _TRIES:
                raise
            wait_s = _wait_s(error.headers.get("Retry-After"))
            error.close()
        print("Too fast for the garden: waiting {} s, then on we go.".format(wait_s))
        _pause(wait_s)


def _door():
    """The garden's address without the page, where it was copied from the browser."""
    door = _re.match(r"(?i)https?://[^/?#]+", str(ADDRESS).strip())
    if door is None:
        raise _no_address()
    return door[0]


def _once(path, data, headers):
    try:
        request = _request.Request(_door() + path, data, headers)
        with _opener.open(request, timeout=_TIMEOUT_S) as answer:
            return answer.read()
    except _error.HTTPError:
        raise
    except (_client.InvalidURL, ValueError):
        raise _no_address() from None
    except (OSError, _client.HTTPException):
        raise _no_answer() from None


def _wait_s(text):
    seconds = int(text) if text and text.isdigit() else 1
    return min(max(seconds, 1), _LONGEST_WAIT_S)


def _key():
    """What shows the garden who asks: a token, or the session that a code has opened."""
    if not TOKEN:
        return {}
    if TOKEN.startswith("jardin_"):
        return {"Authorization": "Bearer " + TOKEN}
    if TOKEN not in _sessions:
        _sessions[TOKEN] = _enter(TOKEN)
    return {"Cookie": _sessions[TOKEN], "Origin": _door()}


def _enter(code):
    body = _parse.urlencode({"code": code}).encode("ascii")  # /entrer takes what a form sends
    headers = {"Accept-Language": _LANGUAGE, "Origin": _door()}
    try:
        _send("/entrer", body, headers)
    except _error.HTTPError as error:
        error.close()
        if error.code == 303:
            return (error.headers.get("Set-Cookie") or "").split(";")[0]
        if error.code == 429:
            raise GardenError(
                "Too many wrong codes: the garden's door is closed for a minute.",
                "wait a minute, then check each letter of the code",
                passing=True,
            ) from None
        if error.code != 403:
            raise _not_the_garden() from None
    raise GardenError(
        "The code '{}' does not open the garden.".format(code),
        "check each letter, or ask for a new code: a code ends with the workshop",
    )


def _refused(error):
    with error:
        text = error.read()
    try:
        problem = _json.loads(text.decode("utf-8"))
        told = problem["detail"]
    except (ValueError, KeyError, TypeError):
        return _not_the_garden()
    if error.code == 401 and TOKEN:
        _sessions.clear()
    code = problem.get("code", "")
    if code == "TOKEN_REFUSED":
        told = "This token opens nothing: it is miscopied, or its workshop is over."
    attempt = _TRY.get(code, _WITH_CODE if error.code == 401 else "")
    passing = error.code >= 500 or error.code == 429
    return GardenError(told, attempt, passing, code)


def _token_of(code, plant):
    """The token of the group that this code has opened, or opens now; else the code itself."""
    if code.startswith("jardin_"):
        return code
    name = _re.sub(r"[\s-]", "", code).lower()
    kept = _kept(name)
    if kept and _opens(kept):
        return kept
    if kept and plant is None:
        plant = kept.split("_")[1]
    try:
        answer = _ask("/api/v1/workshops/join", {"code": code, "plant": plant and _plain(plant)})
    except GardenError as error:
        if error.code != "NO_SUCH_CODE":
            raise
        return code
    _keep(name, answer["token"])
    return answer["token"]


def _opens(token):
    try:
        headers = {"Authorization": "Bearer " + token, "Accept-Language": _LANGUAGE}
        _send("/api/v1/who", None, headers)
    except _error.HTTPError as error:
        error.close()
        return False
    return True


def _kept(name):
    """The token that this code gave before: a program that runs twice is one group."""
    if name in _tokens:
        return _tokens[name]
    try:
        with open(_beside("garden-group.txt"), encoding="ascii") as file:
            lines = [line.split() for line in file]
    except (OSError, ValueError, NameError):
        return None
    return dict(line for line in lines if len(line) == 2).get(name)


def _keep(name, token):
    _tokens[name] = token
    try:
        with open(_beside("garden-group.txt"), "w", encoding="ascii") as file:
            print(name, token, file=file)
    except (OSError, ValueError, NameError):
        print("Keep this line for the next time: {}".format('garden.group("' + token + '")'))


def _beside(name):
    """A file in the folder of this one."""
    return _os.path.join(_os.path.dirname(_os.path.abspath(__file__)), name)


def _no_address():
    return GardenError(
        "The address '{}' is not one.".format(ADDRESS),
        'garden.ADDRESS = "http://jardin.local:8000"',
    )


def _no_answer():
    return GardenError(
        "The garden does not answer at {}.".format(ADDRESS),
        "is the computer on the garden's Wi-Fi? Open this address in a browser",
        passing=True,
    )


def _not_the_garden():
    return GardenError(
        "What answers at {} is not the garden.".format(ADDRESS),
        "the address that the garden's page shows in the browser: garden.ADDRESS = ...",
    )


def _no_fresh_value(name, latest):
    if latest["value"] is None:
        told = "The sensor of '{}' gave no value ({}).".format(name, _reason(latest["fault"]))
    else:
        told = "The last value of '{}' is old ({}): it says nothing about now.".format(
            name, _ago(latest["age_s"])
        )
    return GardenError(
        told, "look at the sensor, or add old=True to see the last value all the same", passing=True
    )


def _newest(channel):
    """The last value of all, however old, with a warning."""
    latest = channel["latest"]
    if latest["value"] is not None:
        found = _measure(channel, latest["value"], latest)
    else:
        before = history(channel["channel"], days=30)
        if not before:
            raise GardenError("'{}' gave no value for 30 days.".format(channel["channel"]))
        found = before[-1]
    print("Careful, an old value of '{}': {}.".format(found.place, _ago(found.age)))
    return found


def _measure(channel, number, latest):
    at = _moment(latest["time"]).astimezone()
    doubt = latest["doubt"] or ""
    return Measure(number, _symbol(channel["unit"]), at, latest["age_s"], channel["channel"], doubt)


def _reason(word):
    return _REASONS.get(word, word)


def _symbol(unit):
    return _SYMBOLS.get(unit, unit or "")


def _ago(seconds):
    for length, told in ((86400, "{} d ago"), (3600, "{} h ago"), (60, "{} min ago")):
        if seconds >= 2 * length or (length == 60 and seconds >= 60):
            return told.format(int(seconds // length))
    return "{} s ago".format(int(seconds))


def _moment(text):
    moment = _datetime.datetime.strptime(text[:19], "%Y-%m-%dT%H:%M:%S")
    return moment.replace(tzinfo=_datetime.timezone.utc)


def _written(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(text):
    """A name without accents, capitals and spaces: "Bac 1" is "bac-1"."""
    letters = _unicodedata.normalize("NFKD", str(text)).lower()
    letters = "".join(one for one in letters if not _unicodedata.combining(one))
    return _re.sub(r"[\s_'’]+", "-", letters.strip())


def _beds():
    return [bed for bed in _get("/beds")["beds"] if not bed["removed"]]


def _bed(name):
    beds = _beds()
    for bed in beds:
        if _plain(name) in (bed["id"], _plain(bed["name"])):
            return bed
    raise _unknown(name, [bed["id"] for bed in beds])


def _find(place, what=None):
    """The one channel that a place and a quantity mean."""
    if not isinstance(place, str):
        raise GardenError("A place is a text between quotes.", 'garden.value("serre")')
    channels = _channels()
    beds = _beds()
    named = _named(channels, beds)
    here = named.get(_plain(place))
    if here is None:
        plant = _plain(place).partition("/")[0]
        sent = _of_group(plant)
        if sent == []:
            raise GardenError(
                "The group '{}' has not sent anything yet.".format(plant),
                'garden.measure("my-plant", 21.5)',
                passing=True,
            )
        channels += sent or []
        here = _named(channels, beds).get(_plain(place))
    if here is None:
        raise _unknown(place, sorted(named))
    wished = _wished(here, what)
    if what is not None and not wished:
        raise _not_measured(place, what, here, channels)
    if len(wished) == 1:
        return wished[0]
    of_soil = [one for one in wished if one["quantity"] in _KINDS[soil.__name__]]
    is_bed = any(_plain(place) in (bed["id"], _plain(bed["name"])) for bed in beds)
    if what is None and is_bed and len(of_soil) == 1:
        return of_soil[0]
    if not wished:
        raise GardenError("Nothing is measured at '{}'.".format(place), "garden.places()")
    names = ", ".join('"{}"'.format(one["channel"]) for one in wished)
    raise GardenError("There are several measures at '{}'.".format(place), "one of " + names)


def _channels():
    """All channels of the garden, and those of the group that writes here."""
    found = _get("/channels")["channels"]
    if TOKEN and TOKEN not in _owns:
        _owns[TOKEN] = _get("/who")["own"] or ""
    own = _owns.get(TOKEN, "")
    if own.startswith(_SANDBOX) and all(one["node"] != own for one in found):
        found += _of_group(own) or []
    return found


def _of_group(plant):
    """The channels of a group, which are kept apart; None where there is no such group."""
    node = plant if plant.startswith(_SANDBOX) else _SANDBOX + plant
    try:
        return _get("/channels", {"node": node})["channels"]
    except GardenError:
        return None


def _named(channels, beds):
    """The channels by every name that a pupil may give them."""
    named, short = {}, {}
    for one in channels:
        for name in (one["node"], one["name"], one["channel"]):
            named.setdefault(name, []).append(one)
        if one["node"].startswith(_SANDBOX):
            short.setdefault(one["node"][len(_SANDBOX) :], []).append(one)
    for bed in beds:
        watching = [one["channel"] for one in bed["channels"] if not one["to"]]
        for name in {bed["id"], _plain(bed["name"])} - {""}:
            found = named.setdefault(name, [])
            found += [one for one in channels if one["channel"] in watching and one not in found]
    for name, found in short.items():
        named.setdefault(name, found)
    return named


def _wished(here, what):
    if what is None:
        return here
    wish = _plain(what)
    for quantity in _KINDS.get(wish, (wish.replace("-", "_"),)):
        found = [one for one in here if one["quantity"] == quantity]
        if found:
            return found
    return [one for one in here if one["name"] == wish]


def _unknown(place, names):
    near = _difflib.get_close_matches(_plain(place), names, 3, 0.5)
    if near:
        told = "There is no '{}' in the garden. Did you mean '{}'?"
        return GardenError(told.format(place, near[0]), '"{}"'.format('", "'.join(near)))
    return GardenError("There is no '{}' in the garden.".format(place), "garden.places()")


def _not_measured(place, what, here, channels):
    names = {kind for kind in _KINDS if _wished(here, kind)} | {one["name"] for one in here}
    near = _difflib.get_close_matches(_plain(what), sorted(names), 1, 0.6)
    if near:
        told = "'{}' is not measured at '{}'. Did you mean '{}'?"
        return GardenError(told.format(what, place, near[0]), '"{}"'.format(near[0]))
    elsewhere = sorted({one["channel"] for one in _wished(channels, what)})
    told = "'{}' is not measured at '{}'.".format(what, place)
    if elsewhere:
        return GardenError(told, '"{}"'.format('", "'.join(elsewhere[:5])))
    return GardenError(told, "garden.places()")


def _number(value, attempt="21.5"):
    """A number, also from a text with a comma."""
    try:
        number = float(value.replace(",", ".") if isinstance(value, str) else value)
    except OverflowError:
        number = _math.inf
    except (TypeError, ValueError):
        raise GardenError("'{}' is not a number.".format(str(value)[:40]), attempt) from None
    if not _math.isfinite(number):
        raise GardenError("'{}' is not a number that can be measured.".format(number), attempt)
    return number


def _span(days, most):
    if not 0 < days <= most:
        raise GardenError("How many days? More than 0, and {} at most.".format(most), "days=7")
    return _datetime.timedelta(days)


def _channel_name(name):
    plain = _plain(name)
    if not _re.match(r"[a-z0-9][a-z0-9-]{0,31}$", plain):
        raise GardenError(
            "'{}' cannot be a name: letters, digits and hyphens, 32 at most.".format(name),
            '"my-plant"',
        )
    return plain


def _limits(below, above):
    if below is None and above is None:
        raise GardenError(
            "When? It takes a limit: below or above.", 'garden.when("serre", below=5, do=print)'
        )
    low = -_math.inf if below is None else _number(below)
    high = _math.inf if above is None else _number(above)
    return low, high


def _action(do):
    """What is done; it is given the value if it takes one."""
    if do is None:
        return print
    if not callable(do):
        raise GardenError(
            "do= takes the name of a function, without brackets.",
            "do=bell, and not do=bell()",
        )
    try:
        _inspect.signature(do).bind(0.0)
    except TypeError:
        return lambda _now: do()
    except ValueError:
        pass
    return do


def _plot(numbers, moments):
    """The curve in characters: a star wherever there is a measure, so that a gap shows."""
    low, high = min(numbers), max(numbers)
    if high - low < 1e-9:
        low, high = low - 1, high + 1
    spots = _spots(len(numbers), moments)
    rows = [[" "] * _WIDTH for _ in range(_HEIGHT)]
    for number, spot in zip(numbers, spots):
        row = round((high - number) / (high - low) * (_HEIGHT - 1))
        rows[row][round(spot * (_WIDTH - 1))] = "*"
    lines = []
    for place, row in enumerate(rows):
        level = high - place * (high - low) / (_HEIGHT - 1)
        label = "{:.1f}".format(level) if place % 4 == 0 or place == _HEIGHT - 1 else ""
        lines.append("{:>9} |{}".format(label, "".join(row).rstrip()))
    lines.append(" " * 10 + "+" + "-" * _WIDTH)
    if moments is not None:
        first, last = (one.strftime("%d/%m %H:%M") for one in (moments[0], moments[-1]))
        lines.append(" " * 11 + first + last.rjust(_WIDTH - len(first)))
    return "\n".join(lines)


def _spots(count, moments):
    """Where each measure is from left to right, from 0 to 1."""
    if moments is None:
        return [number / max(1, count - 1) for number in range(count)]
    length = (moments[-1] - moments[0]).total_seconds() or 1.0
    return [(one - moments[0]).total_seconds() / length for one in moments]


def _turtle_draws(numbers):
    try:
        import turtle as _pen  # it needs a screen, which not every computer has

        try:
            _pen.title("Jardin")
        except _pen.Terminator:  # the window before was closed: this one is new
            _pen.title("Jardin")
        low, high = min(numbers), max(numbers)
        _pen.setworldcoordinates(0, low - 1, max(1, len(numbers) - 1), high + 1)
        _pen.hideturtle()
        _pen.tracer(max(1, len(numbers) // 50))
        _pen.penup()
        for number, height in enumerate(numbers):
            _pen.goto(number, height)
            _pen.pendown()
        _pen.update()
    except Exception:  # each system says it in its own way
        print("There is no screen for the turtle here: the curve stays in the text.")
    else:
        print("Close the window to go on.")
        _pen.done()


_PUBLIC = sorted(
    one.__name__
    for one in (
        places,
        value,
        temperature,
        humidity,
        soil,
        light,
        pressure,
        wind,
        rain,
        history,
        advice,
        diary,
        group,
        measure,
        when,
        draw,
    )
)
