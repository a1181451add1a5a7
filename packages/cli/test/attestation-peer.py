"""The real in-toto and securesystemslib. Reads one JSON request, prints one JSON answer.

check: {"envelope", "public"} -> the statement and its predicate as in-toto's own protocol buffers read them (unknown
fields are errors), after securesystemslib has checked the signature.
sign: {"statement"} -> an envelope that securesystemslib signed, and the public key in PEM.
"""

import json
import sys

from google.protobuf import json_format
from cryptography.hazmat.primitives import serialization
from in_toto_attestation.predicates.test_result.v0 import test_result_pb2
from in_toto_attestation.v1 import statement_pb2
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner, SSlibKey

request = json.load(sys.stdin)
if request["do"] == "check":
    # from_dict takes its input apart.
    keyid = request["envelope"]["signatures"][0]["keyid"]
    envelope = Envelope.from_dict(request["envelope"])
    public = serialization.load_pem_public_key(request["public"].encode())
    key = SSlibKey.from_crypto(public, keyid=keyid)
    envelope.verify([key], threshold=1)
    body = json.loads(envelope.payload)
    statement = json_format.ParseDict(body, statement_pb2.Statement())
    Statement.copy_from_pb(statement).validate()
    predicate = json_format.ParseDict(body["predicate"], test_result_pb2.TestResult())
    print(
        json.dumps(
            {
                "subject": {one.name: dict(one.digest) for one in statement.subject},
                "result": predicate.result,
                "configuration": {one.name: dict(one.digest) for one in predicate.configuration},
                "passed": list(predicate.passed_tests),
            }
        )
    )
else:
    signer = CryptoSigner.generate_ed25519()
    envelope = Envelope(
        json.dumps(request["statement"]).encode(), "application/vnd.in-toto+json", {}
    )
    envelope.sign(signer)
    pem = signer.public_key.keyval["public"]
    if "BEGIN" not in pem:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        raw = Ed25519PublicKey.from_public_bytes(bytes.fromhex(pem))
        pem = raw.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()
    print(json.dumps({"envelope": envelope.to_dict(), "public": pem}))
