"""The web of the guide's tests: a proxy that answers for every server by a directory.

    web.py DIRECTORY

DIRECTORY holds cert.pem and key.pem; https://HOST/PATH is the file DIRECTORY/HOST/PATH. For
lists.apache.org the mails in DIRECTORY/list are its archive (the paths of Pony Mail). Prints its port."""

import email
import email.utils
import http.server
import os
import ssl
import sys
import urllib.parse

place = sys.argv[1]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(os.path.join(place, 'cert.pem'), os.path.join(place, 'key.pem'))


def mails():
    directory = os.path.join(place, 'list')
    return [open(os.path.join(directory, name), 'rb').read() for name in sorted(os.listdir(directory))]


def message_id(mail):
    return (email.message_from_bytes(mail)['Message-ID'] or '').strip().strip('<>')


def month(query):
    box = b''
    for mail in mails():
        parsed = email.message_from_bytes(mail)
        to = ' '.join(parsed.get_all('To', []) + parsed.get_all('Cc', []))
        date = email.utils.parsedate_to_datetime(parsed['Date'])
        if query['list'] in to and date.strftime('%Y-%m') == query['date']:
            text = mail.replace(b'\r\n', b'\n').replace(b'\nFrom ', b'\n>From ')
            box += b'From x@y ' + date.strftime('%a %b %d %H:%M:%S %Y').encode() + b'\n' + text + b'\n'
    return box


class Web(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'

    def log_message(self, *words):
        pass

    def do_CONNECT(self):
        self.send_response(200)
        self.end_headers()
        self.host = self.path.split(':')[0]
        self.connection = context.wrap_socket(self.connection, server_side=True)
        self.rfile = self.connection.makefile('rb')
        self.wfile = self.connection.makefile('wb', 0)
        self.close_connection = False

    def content(self):
        address = urllib.parse.urlsplit(self.path)
        query = dict(urllib.parse.parse_qsl(address.query))
        if self.host == 'lists.apache.org':
            if address.path == '/api/source.lua':
                found = [mail for mail in mails() if message_id(mail) == query['id']]
                return found[0] if found else None
            return month(query) if address.path == '/api/mbox.lua' else None
        try:
            with open(os.path.join(place, self.host, address.path.lstrip('/')), 'rb') as found:
                return found.read()
        except OSError:
            return None

    def do_GET(self):
        body = self.content()
        self.send_response(404 if body is None else 200)
        self.send_header('Content-Length', str(len(body or b'')))
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(body or b'')

    do_HEAD = do_GET


server = http.server.ThreadingHTTPServer(('127.0.0.1', 0), Web)
print(server.server_port, flush=True)
server.serve_forever()
