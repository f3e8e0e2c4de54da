"""An event is framed once for all who hear it, and comes whole and in its turn at each."""

from __future__ import annotations

import json
import socket
from queue import Queue
from types import SimpleNamespace
from weakref import ref

from tests.realtime.device import rename
from tests.realtime.raw import RawSocket
from wandr.realtime.backlog import Backlog, counted
from wandr.realtime.frames import framed_event
from wandr.realtime.websocket_patch import Steady, WholeSends

TOLD = {"trip_id": "京都", "changes": [{"seq": 1}]}


def test_the_frame_is_neither_masked_nor_compressed_nor_split() -> None:
    text = framed_event("trip:changes", TOLD).encode()
    assert text == '42["trip:changes",{"trip_id":"\\u4eac\\u90fd","changes":[{"seq":1}]}]'
    assert text.frame == bytes([0x81, len(text)]) + text.encode()
    long = framed_event("trip:changes", {"text": "x" * 1000}).encode()
    assert long.frame == bytes([0x81, 126]) + len(long).to_bytes(2, "big") + long.encode()


def test_what_the_system_does_not_take_goes_before_the_next() -> None:
    sent: list[bytes] = []
    data = b"".join(number.to_bytes(4, "big") for number in range(1_000_000))
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.setblocking(False)
        whole = WholeSends(
            SimpleNamespace(_sock=ours, sendall=lambda piece: sent.append(bytes(piece)))
        )
        taken = whole.begin(data)
        assert 0 < taken < len(data)
        assert whole.begin(b"later") == 0, "a frame was begun in the middle of another"
        whole.send(b"next")
    assert b"".join(sent) == data[taken:] + b"next"


def test_nothing_is_begun_while_somebody_sends_or_without_gevent() -> None:
    begun: list[bytes] = []
    under = SimpleNamespace(_sock=SimpleNamespace(send=begun.append))
    whole = WholeSends(under)
    under.sendall = lambda data: begun.append(b"%d" % whole.begin(b"in between"))
    whole.send(b"a frame that waits")
    assert begun == [b"0"]
    assert WholeSends(SimpleNamespace()).begin(b"now") == 0
    broken = SimpleNamespace(_sock=SimpleNamespace(send=_fail))
    assert WholeSends(broken).begin(b"now") == 0


def _fail(data: bytes) -> int:
    raise BrokenPipeError


def test_an_event_waits_behind_what_waits_already() -> None:
    begun: list[bytes] = []
    waiting: list[object] = []
    backlog = Backlog()

    def begin(frame: bytes) -> int:
        begun.append(frame)
        return len(frame)

    raw = SimpleNamespace(
        engine_socket=SimpleNamespace(queue=SimpleNamespace(backlog=backlog), send=waiting.append),
        ws=SimpleNamespace(connected=True, sock=SimpleNamespace(begin=begin)),
    )
    first, second = framed_event("first", {}), framed_event("second", {})
    Steady.give(raw, first)
    assert (begun, waiting) == ([first.encode().frame], [])
    backlog.add(10)  # an acknowledgement that the writer has in its hands
    Steady.give(raw, second)
    assert (len(begun), waiting) == (1, [second])


def test_acknowledgements_and_changes_come_in_the_order_of_their_writing(live, group) -> None:
    writer = RawSocket(live.url, group.organizer)
    writer.ask(json.dumps(["trip:join", {"trip_id": str(group.trip_id)}]))
    heads, heard = [], []
    for number in range(30):
        told = {
            "trip_id": str(group.trip_id),
            "mutation_id": f"00000000-0000-4000-8000-{number:012}",
            "ops": [rename(group.trip_id, f"Title {number}")],
        }
        writer.socket.send(f"427{json.dumps(['trip:mutate', told])}")
    while len(heads) < 30 or heard[-1:] != heads[-1:]:
        frame = writer.read()
        if frame.startswith("437"):
            heads.append(json.loads(frame[3:])[0]["head"])
        else:
            heard += [change["seq"] for change in json.loads(frame[2:])[1].get("changes", ())]
    writer.close()
    assert heads == heard == list(range(heads[0], heads[0] + 30))


def test_a_writer_that_keeps_what_it_sent_last_does_not_keep_its_text() -> None:
    queue = counted(Queue)()
    told = framed_event("trip:changes", TOLD)
    queue.put(told)
    text = ref(told.encode())
    del told
    kept = queue.get()
    assert kept.encode().startswith('42["trip:changes"')
    assert text() is None
