"""Voice that a browser cannot play (AMR, Speex) becomes MP3, in a process of its own with caps on size, length and
time.
"""

import asyncio
import io
import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from typing import Final

MAX_BYTES: Final = 2 * 1024 * 1024
MAX_SECONDS: Final = 61.0
TIMEOUT: Final = 30.0
"""Seconds, with the start of the worker: on a busy machine that alone takes several."""
RATE: Final = 24_000


@cache
def _worker() -> ProcessPoolExecutor:
    return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"), max_tasks_per_child=50)


async def to_mp3(data: bytes) -> bytes:
    """The sound as MP3, 24 kHz mono. Raises ValueError for what is no sound, too long to be a message, or takes too
    long.
    """
    if len(data) > MAX_BYTES:
        message = "larger than a voice message can be"
        raise ValueError(message)
    loop = asyncio.get_running_loop()
    try:
        return await asyncio.wait_for(loop.run_in_executor(_worker(), transcode, data), TIMEOUT)
    except (TimeoutError, BrokenProcessPool) as error:
        _worker.cache_clear()
        message = "the decoder gave up"
        raise ValueError(message) from error


def transcode(data: bytes) -> bytes:
    """Runs in the worker. Raises ValueError for what cannot be decoded."""
    import av

    target = io.BytesIO()
    try:
        with av.open(io.BytesIO(data), "r") as source, av.open(target, "w", format="mp3") as sink:
            stream = sink.add_stream("libmp3lame", rate=RATE)
            stream.layout = "mono"
            resampler = av.AudioResampler(format=stream.format, layout="mono", rate=RATE)
            for frame in source.decode(audio=0):
                if frame.time is not None and frame.time > MAX_SECONDS:
                    break
                for piece in resampler.resample(frame):
                    sink.mux(stream.encode(piece))
            for piece in resampler.resample(None):
                sink.mux(stream.encode(piece))
            sink.mux(stream.encode(None))
    except (av.FFmpegError, IndexError) as error:
        message = "no sound that can be decoded"
        raise ValueError(message) from error
    return target.getvalue()
