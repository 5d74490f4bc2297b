"""What InfluxDB's refusals mean, in words."""

from __future__ import annotations

import json

from gateway.store.settings import InfluxSettings
from sensor_node.errors import StorageError


def absent(settings: InfluxSettings, error: Exception) -> StorageError:
    """Nobody answers, or not in time."""
    cause = str(error).rsplit(": ", 1)[-1].strip("'\")")[:120]
    return StorageError(
        "INFLUX_ABSENT",
        fr=f"InfluxDB ne répond pas à {settings.url} ({cause}) : vérifiez qu'il tourne, et le "
        "réglage store.influxdb.url. Rien n'est perdu : les nœuds gardent leurs mesures et les "
        "enverront.",
        en=f"InfluxDB does not answer at {settings.url} ({cause}): check that it runs, and the "
        "setting store.influxdb.url. Nothing is lost: the nodes keep their readings and will send "
        "them.",
    )


def refused(settings: InfluxSettings, status: int | None, body: str | None) -> StorageError:
    """It answers, and not as hoped: ``status`` and ``body`` are HTTP's."""
    told = _message(body)
    if status in (401, 403):
        return wrong_token(settings)
    if status == 404:
        return no_bucket(settings)
    if "field type conflict" in told:
        return wrong_type(settings)
    if "retention policy" in told:
        return forgetful(settings)
    return StorageError(
        "INFLUX_FAILED",
        fr=f"InfluxDB ({settings.url}) n'a pas fait ce qui lui était demandé : {status} {told}",
        en=f"InfluxDB ({settings.url}) did not do what it was asked for: {status} {told}",
    )


def wrong_token(settings: InfluxSettings) -> StorageError:
    """The token is unknown, or may not do this."""
    return StorageError(
        "INFLUX_TOKEN",
        fr=f"InfluxDB ({settings.url}) refuse le jeton : donnez dans store.influxdb.token (ou "
        f"token_file) un jeton qui peut lire et écrire le bucket « {settings.bucket} ».",
        en=f"InfluxDB ({settings.url}) refuses the token: give in store.influxdb.token (or "
        f"token_file) one that may read and write the bucket '{settings.bucket}'.",
    )


def no_bucket(settings: InfluxSettings) -> StorageError:
    """There is no such bucket, or not for this token."""
    return StorageError(
        "INFLUX_BUCKET",
        fr=f"InfluxDB n'a pas de bucket « {settings.bucket} » dans l'organisation "
        f"« {settings.org} », ou le jeton n'y a pas accès : créez-le, ou corrigez "
        "store.influxdb.bucket et org.",
        en=f"InfluxDB has no bucket '{settings.bucket}' in the organisation '{settings.org}', or "
        "the token has no access to it: create it, or correct store.influxdb.bucket and org.",
    )


def forgetful(settings: InfluxSettings) -> StorageError:
    """The bucket deletes what is old; a garden keeps everything."""
    return StorageError(
        "INFLUX_RETENTION",
        fr=f"Le bucket « {settings.bucket} » efface ce qui est ancien, et le jardin garde tout : "
        "donnez-lui une durée de conservation sans fin (retention 0), ou prenez-en un autre.",
        en=f"The bucket '{settings.bucket}' deletes what is old, and the garden keeps everything: "
        "give it an endless retention (0), or take another one.",
    )


def wrong_type(settings: InfluxSettings) -> StorageError:
    """Another program wrote something else than floats into our measurement."""
    return StorageError(
        "INFLUX_FIELD_TYPE",
        fr=f"Dans le bucket « {settings.bucket} », un autre programme a écrit des champs de « "
        "reading » ou « fault » d'un autre type que ceux du jardin : donnez au jardin un bucket à "
        "lui.",
        en=f"In the bucket '{settings.bucket}' another program wrote fields of 'reading' or "
        "'fault' of another type than the garden's: give the garden a bucket of its own.",
    )


def _message(body: str | None) -> str:
    try:
        told = json.loads(body or "")["message"]
    except (ValueError, KeyError, TypeError):
        told = body or ""
    return str(told)[:300]
