"""What a joining node asks the gateway, over HTTP and then HTTPS (standard library only)."""

from __future__ import annotations

import http.client
import json
import secrets
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sensor_node.errors import NetworkError
from sensor_node.joining import NONCE_BYTES, CodeKeys, gateway_proof, node_proof, same
from sensor_node.trust import fingerprint, garden_context

PATH: Final = "/api/v1"
PATIENCE_S: Final = 10.0
MAX_ANSWER: Final = 65_536
HTTP_PORT: Final = 8000
WEB: Final = "http://"
MANY_PROBLEMS: Final = 400


@dataclass(frozen=True, slots=True)
class Garden:
    """A gateway whose authority (PEM) is proved."""

    host: str
    https_port: int
    authority: str


@dataclass(frozen=True, slots=True)
class Account:
    """What the garden calls the node, and where its broker is."""

    node: str
    broker_port: int


class GatewayDoor:
    """The gateway at ``address``; it answers in ``language``.

    ``address``: a host, or host and port, or what a browser shows (``http://jardin.local``), which
    means port 80 as it does there. All methods raise ``NetworkError`` with what to do.
    """

    def __init__(self, address: str, language: str) -> None:
        host = address.removeprefix(WEB).partition("/")[0]
        parts = http.client.HTTPConnection(host)  # takes [::1]:8000 and the like apart
        self.host = parts.host
        web = http.client.HTTP_PORT
        told = address.startswith(WEB) or parts.port != web or host.endswith(f":{web}")
        self.port = parts.port if told else HTTP_PORT
        self._language = language

    def garden_with(self, authority: str) -> Garden:
        """The garden whose authority has this SHA-256."""
        answer = self._ask(self._plain(), "GET", "joining/authority")
        garden = self._garden(answer)
        if not same(fingerprint(garden.authority), authority):
            raise self._wrong_authority()
        return garden

    def garden_of(self, keys: CodeKeys) -> Garden:
        """The garden in which this code was made."""
        nonce = secrets.token_hex(NONCE_BYTES)
        body = {"name": keys.name, "nonce": nonce, "proof": node_proof(keys.proof, nonce)}
        answer = self._ask(self._plain(), "POST", "joining/code", body)
        garden = self._garden(answer)
        expected = gateway_proof(keys.proof, nonce, fingerprint(garden.authority))
        if not same(expected, str(answer.get("proof"))):
            raise self._wrong_authority()
        return garden

    def account(self, garden: Garden, claim: str, password: str) -> Account:
        """Take the account, over TLS with the garden's authority pinned."""
        connection = http.client.HTTPSConnection(
            garden.host,
            garden.https_port,
            timeout=PATIENCE_S,
            context=garden_context(garden.authority),
        )
        body = {"claim": claim, "password": password}
        answer = self._ask(connection, "POST", "joining/account", body)
        try:
            return Account(str(answer["node"]), int(answer["broker_port"]))
        except (KeyError, TypeError, ValueError) as error:
            raise self._strange(error) from error

    def _plain(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_S)

    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": self._language, "Content-Type": "application/json"}

    def _garden(self, answer: Mapping[str, Any]) -> Garden:
        try:
            garden = Garden(self.host, int(answer["https_port"]), str(answer["certificate"]))
            garden_context(garden.authority)
        except (KeyError, TypeError, ValueError, ssl.SSLError) as error:
            raise self._strange(error) from error
        return garden

    def _ask(
        self,
        connection: http.client.HTTPConnection,
        method: str,
        name: str,
        body: Mapping[str, object] | None = None,
    ) -> dict[str, Any]:
        content = None if body is None else json.dumps(body)
        try:
            connection.request(method, f"{PATH}/{name}", content, self._headers())
            response = connection.getresponse()
            answer = json.loads(response.read(MAX_ANSWER))
            if not isinstance(answer, dict):
                raise ValueError("no JSON object")
        except ssl.SSLCertVerificationError as error:
            raise self._wrong_name(error) from error
        except OSError as error:
            raise self._absent(connection, error) from error
        except (ValueError, http.client.HTTPException, RecursionError) as error:
            raise self._strange(error) from error
        finally:
            connection.close()
        if response.status >= MANY_PROBLEMS:
            raise _refused(answer)
        return answer

    def _absent(self, connection: http.client.HTTPConnection, error: OSError) -> NetworkError:
        where, why = f"{connection.host}:{connection.port}", error.strerror or error
        return NetworkError(
            "GATEWAY_ABSENT",
            fr=f"La passerelle {where} ne répond pas ({why}) : vérifiez que ce nœud est sur le "
            "réseau du jardin et que « jardin-gateway run » tourne ; sinon donnez son adresse avec "
            "--gateway. L'invitation reste valable.",
            en=f"The gateway {where} does not answer ({why}): check that this node is on the "
            "garden's network and that 'jardin-gateway run' is running; else give its address with "
            "--gateway. The invitation stays good.",
        )

    def _strange(self, error: Exception) -> NetworkError:
        return NetworkError(
            "GATEWAY_STRANGE",
            fr=f"Ce qui répond à {self.host} n'est pas une passerelle du jardin ({error}) : "
            "vérifiez l'adresse (--gateway).",
            en=f"What answers at {self.host} is no gateway of the garden ({error}): check the "
            "address (--gateway).",
        )

    def _wrong_authority(self) -> NetworkError:
        return NetworkError(
            "AUTHORITY_WRONG",
            fr=f"La passerelle {self.host} est celle d'un autre jardin, ou quelqu'un se fait "
            "passer pour elle : rien ne lui a été confié. Vérifiez l'adresse et le réseau ; "
            "l'invitation vient-elle de ce jardin ?",
            en=f"The gateway {self.host} is that of another garden, or somebody passes for it: "
            "nothing was entrusted to it. Check the address and the network; does the invitation "
            "come from this garden?",
        )

    def _wrong_name(self, error: ssl.SSLCertVerificationError) -> NetworkError:
        return NetworkError(
            "NAME_NOT_CERTIFIED",
            fr=f"Le certificat de la passerelle n'est pas pour « {self.host} » "
            f"({error.verify_message}) : donnez son nom avec --gateway (jardin.local), ou ajoutez "
            f"cette adresse : « jardin-gateway init --renew --name {self.host} ».",
            en=f"The gateway's certificate is not for '{self.host}' ({error.verify_message}): "
            "give its name with --gateway (jardin.local), or add this address: "
            f"'jardin-gateway init --renew --name {self.host}'.",
        )


def _refused(problem: Mapping[str, Any]) -> NetworkError:
    """What the gateway said, in the language that it was asked in."""
    code, detail = str(problem.get("code")), str(problem.get("detail"))
    return NetworkError(code, fr=detail, en=detail)
