"""A real home moves in: an empty database, a director, a browser; the simulator as platform.

`python -m benchmarks.moving [--postgres]`.

Everything is pressed and typed as people do it: no SQL, no file edited after the first start, no restart.
"""
