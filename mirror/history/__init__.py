"""Finished sets, kept in one SQLite file: written safely, listed, published to a broker on request.

FinishedSet -> recorder (a thread) -> store -> history.db -> table, chart, command
                                                        -> mqtt, where a broker is set
"""
