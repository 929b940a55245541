"""Makes the frozen sample of commit 19125a6: a home as that commit kept it, on each engine, with a backup and what must
be found in it.

Run it on a checkout of 19125a6 with its own environment, never on a later commit; the tests do not run it, they open
what it made:

    git worktree add --detach ../jiashu-19125a6 19125a6
    cp -r tests/frozen/make_19125a6 ../jiashu-19125a6
    cd ../jiashu-19125a6
    python -m make_19125a6 <folder to write, tests/frozen/19125a6>

PostgreSQL (with pg_dump) must be on the machine. A story of nine weeks is played on SQLite, through the doors that
people, platform and staff use; `jiashu move` carries it to PostgreSQL, `jiashu backup` seals it. In the middle the
house is restored from a backup and its key is changed. What no door of that commit can write (a state that nobody waits
in, secrets of a second account) is written by hand, as the code would. Then copies of both engines go on (one more
message in every talk, everything that can leave, silence, a week of clocks), and what 19125a6 did is written down
beside what it stored. All people are fictional, and the keys seal nothing but this sample.
"""
