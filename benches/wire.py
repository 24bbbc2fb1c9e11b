"""A wire of some length on this machine, for benches/stage.sh.

    python3 wire.py LISTEN TARGET MILLISECONDS

Connections to the port LISTEN reach the port TARGET; every byte is so many milliseconds on its way, and a connection
takes one way and back to be made.
"""
import asyncio
import sys

LISTEN, TARGET, DELAY = int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]) / 1000


async def carry(reader, writer):
    clock = asyncio.get_running_loop().time
    under_way = asyncio.Queue()

    async def arrive():
        while True:
            due, data = await under_way.get()
            await asyncio.sleep(max(0, due - clock()))
            if not data:
                return writer.write_eof()
            writer.write(data)
            await writer.drain()

    arriving = asyncio.create_task(arrive())
    while data := await reader.read(1 << 16):
        under_way.put_nowait((clock() + DELAY, data))
    under_way.put_nowait((clock() + DELAY, b""))
    await arriving


async def connect(reader, writer):
    await asyncio.sleep(2 * DELAY)
    far_reader, far_writer = await asyncio.open_connection("127.0.0.1", TARGET)
    # A side that hangs up ends the connection, and nothing else.
    await asyncio.gather(carry(reader, far_writer), carry(far_reader, writer), return_exceptions=True)
    far_writer.close()
    writer.close()


async def main():
    server = await asyncio.start_server(connect, "127.0.0.1", LISTEN)
    await server.serve_forever()


asyncio.run(main())
