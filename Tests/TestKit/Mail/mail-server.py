"""A mail server for tests: takes mail, refuses it, or goes away in the middle. What it took is a line of JSON each."""

import argparse
import asyncio
import datetime
import email
import email.policy
import ipaddress
import json
import os
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=0)
parser.add_argument("--certificate", help="make a certificate for 127.0.0.1 here and offer STARTTLS")
parser.add_argument("--require-tls", action="store_true")
parser.add_argument("--user")
parser.add_argument("--password")
parser.add_argument("--refuse", type=int, help="answer this code to recipients")
parser.add_argument("--fault", choices=["dies-before-answer", "dies-after-answer", "hangs"])
parser.add_argument("--times", type=int, default=1_000_000, help="how often it refuses or fails before it behaves")
options = parser.parse_args()


def say(**fields):
    print(json.dumps(fields), flush=True)


class Handler:
    left = options.times

    def is_faulty(self):
        if Handler.left <= 0:
            return False
        Handler.left -= 1
        return True

    async def handle_RCPT(self, server, session, envelope, address, _options):
        if options.refuse and self.is_faulty():
            say(event="refused")
            return f"{options.refuse} not today"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        faulty = options.fault and self.is_faulty()
        if faulty and options.fault == "hangs":
            say(event="hanging")
            await asyncio.sleep(600)
        message = email.message_from_bytes(envelope.content, policy=email.policy.SMTPUTF8)
        say(
            event="mail", mailFrom=envelope.mail_from, recipients=envelope.rcpt_tos, isEncrypted=session.ssl is not None,
            user=(session.auth_data or b"").decode() if isinstance(session.auth_data, bytes) else "",
            subject=message["subject"], to=message["to"], sender=message["from"], id=message["message-id"],
            headers=message.keys(), text=message.get_content().replace("\r\n", "\n"),
            date=message["date"].datetime.isoformat(),
            defects=[str(d) for d in message.defects], raw=envelope.content.decode("utf-8", "replace"))
        if faulty and options.fault == "dies-before-answer":
            server.transport.abort()
            await asyncio.sleep(0.1)
        if faulty and options.fault == "dies-after-answer":
            # Closed in order, as a killed process's connection is: a reset could take the answer back.
            asyncio.get_running_loop().call_later(0.02, server.transport.close)
        return "250 OK"


class Authenticator:
    def __call__(self, server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and (data.login, data.password) == (
            options.user.encode(), options.password.encode())
        return AuthResult(success=good, handled=False, auth_data=data.login if good else None)


def make_certificate(path):
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a mail server for tests")])
    now = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256()))
    with open(path, "wb") as file:
        file.write(certificate.public_bytes(serialization.Encoding.PEM))
    with open(path + ".key", "wb") as file:
        file.write(key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path, path + ".key")
    return context


async def main():
    context = make_certificate(options.certificate) if options.certificate else None
    authenticator = Authenticator() if options.user else None
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(
            Handler(), hostname="mail.example", enable_SMTPUTF8=True, tls_context=context,
            require_starttls=options.require_tls, authenticator=authenticator, auth_required=bool(authenticator),
            auth_require_tls=bool(context), loop=loop),
        "127.0.0.1", options.port, reuse_address=True)
    say(event="listening", port=server.sockets[0].getsockname()[1])
    # It ends with the test that started it.
    while os.getppid() != 1:
        await asyncio.sleep(0.2)


asyncio.run(main())
sys.exit(0)
