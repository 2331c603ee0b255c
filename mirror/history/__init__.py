"""Finished sets, kept in one SQLite file: written safely, looked at, told to a broker on request.

FinishedSet -> keeper (a thread) -> store -> history.db -> table, chart, command
                                                        -> mqtt, where a broker is set
"""
