"""The post of the tests: an SMTP server with STARTTLS and login, the web archive of the lists that it
delivers to (the paths of Pony Mail), and the project's download page over https.

    post.py DIRECTORY

DIRECTORY holds cert.pem and key.pem; what is delivered is written to DIRECTORY/mails, and whatever a
test puts there is in the archive too. Prints the ports: SMTP, http, https. Files in DIRECTORY change
how it behaves: `drop` (the mail is taken, and the connection lost), `refuse`, `lag` (the archive has
nothing yet)."""

import asyncio
import email
import email.utils
import http.server
import os
import ssl
import sys
import threading
import urllib.parse

from aiosmtpd.smtp import SMTP, AuthResult

place = sys.argv[1]
mails = os.path.join(place, 'mails')


def is_set(word):
    return os.path.exists(os.path.join(place, word))


def context():
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(os.path.join(place, 'cert.pem'), os.path.join(place, 'key.pem'))
    return made


class Handler:
    async def handle_DATA(self, server, session, envelope):
        if is_set('refuse'):
            return '554 5.7.1 not today'
        with open(os.path.join(place, 'delivered'), 'a') as log:
            log.write(email.message_from_bytes(envelope.content)['Message-ID'] + '\n')
        name = '%04d.eml' % (len(os.listdir(mails)) + 1)
        with open(os.path.join(mails, name), 'wb') as out:
            out.write(envelope.original_content)
        if is_set('drop'):
            server.transport.abort()
        return '250 2.0.0 queued'


def authenticate(server, session, envelope, mechanism, data):
    good = (data.login, data.password) == (b'jane', b's3cret & long')
    return AuthResult(success=good, handled=False)


def all_mails():
    if is_set('lag'):
        return []
    return [open(os.path.join(mails, name), 'rb').read() for name in sorted(os.listdir(mails))]


def message_id(mail):
    return (email.message_from_bytes(mail)['Message-ID'] or '').strip().strip('<>')


class Archive(http.server.BaseHTTPRequestHandler):
    def log_message(self, *words):
        pass

    def answer(self, status, kind, body):
        self.send_response(status)
        self.send_header('Content-Type', kind)
        self.send_header('Content-Length', str(len(body)))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body)

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        if address.path == '/api/source.lua':
            found = [mail for mail in all_mails() if message_id(mail) == query['id']]
            if found:
                return self.answer(200, 'text/plain', found[0])
        elif address.path == '/api/mbox.lua':
            box = b''
            for mail in all_mails():
                parsed = email.message_from_bytes(mail)
                to = ' '.join(parsed.get_all('To', []) + parsed.get_all('Cc', []))
                date = email.utils.parsedate_to_datetime(parsed['Date'])
                if query['list'] in to and date.strftime('%Y-%m') == query['date']:
                    text = mail.replace(b'\r\n', b'\n').replace(b'\nFrom ', b'\n>From ')
                    box += b'From x@y ' + date.strftime('%a %b %d %H:%M:%S %Y').encode() + b'\n' + text + b'\n'
            return self.answer(200, 'application/mbox', box)
        elif address.path == '/download.html' and is_set('page'):
            with open(os.path.join(place, 'page'), 'rb') as page:
                return self.answer(200, 'text/html', page.read())
        self.answer(404, 'text/plain', b'nothing here')


async def main():
    os.makedirs(mails, exist_ok=True)

    def server():
        return SMTP(Handler(), tls_context=context(), require_starttls=True,
                    authenticator=authenticate, auth_required=True, auth_require_tls=True,
                    hostname='mail.test')
    running = await asyncio.get_running_loop().create_server(server, '127.0.0.1', 0)
    clear = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Archive)
    safe = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Archive)
    safe.socket = context().wrap_socket(safe.socket, server_side=True)
    for one in [clear, safe]:
        threading.Thread(target=one.serve_forever, daemon=True).start()
    print(running.sockets[0].getsockname()[1], clear.server_port, safe.server_port, flush=True)
    await running.serve_forever()

asyncio.run(main())
