"""The tables of history.db, as a list of migration steps.

The `user_version` of a file is the number of steps that it has. A released step is never changed;
another one is added. A step only adds, can be repeated without harm, and what it adds may stay
empty. So an older mirror can use the file of a newer one after an update was taken back. Readers
need the tables of the first step only.
"""

from __future__ import annotations

MIGRATIONS: tuple[str, ...] = (
    # 1: the sets. AUTOINCREMENT: a number is never used again, also after the newest was deleted.
    # The details are in another table, so that listing all sets reads little.
    """
    CREATE TABLE IF NOT EXISTS configurations (
        id INTEGER PRIMARY KEY,
        text TEXT NOT NULL UNIQUE
    ) STRICT;
    CREATE TABLE IF NOT EXISTS sets (
        number INTEGER PRIMARY KEY AUTOINCREMENT,
        uid TEXT NOT NULL UNIQUE,
        at_s REAL NOT NULL,
        is_sure INTEGER NOT NULL,
        variation TEXT NOT NULL,
        drill TEXT,
        ended TEXT NOT NULL,
        duration_s REAL NOT NULL,
        reps INTEGER NOT NULL,
        partials INTEGER NOT NULL,
        depth_deg REAL NOT NULL,
        rounding_deg REAL,
        stop_deg REAL,
        faults TEXT NOT NULL,
        cues TEXT NOT NULL,
        rejected TEXT NOT NULL,
        version TEXT NOT NULL,
        configuration INTEGER NOT NULL REFERENCES configurations
    ) STRICT;
    CREATE TABLE IF NOT EXISTS details (
        number INTEGER PRIMARY KEY REFERENCES sets ON DELETE CASCADE,
        reps TEXT NOT NULL,
        signals BLOB NOT NULL
    ) STRICT;
    """,
    # 2: sets that wait for a broker, and what is remembered on request.
    """
    CREATE TABLE IF NOT EXISTS outbox (
        number INTEGER PRIMARY KEY REFERENCES sets ON DELETE CASCADE
    ) STRICT;
    CREATE TABLE IF NOT EXISTS remembered (name TEXT PRIMARY KEY, text TEXT NOT NULL) STRICT;
    """,
)
VERSION = len(MIGRATIONS)
