"""The studio on one machine: embedded PostgreSQL and Redis, and the supervisor that runs it all.

Nothing in this package needs Django or a database to be imported, so that it can bring
the database up in the first place.

- ``home``: where the servers keep their data, and the account that they run under.
- ``postgres``, ``redis``: one embedded server each.
- ``processes``: children that end with their parent, and clearing what a crash left behind.
- ``supervisor``: ordered start, readiness, restart with back-off, clean stop.
- ``environment``: the settings that child processes need, and which servers are external.
- ``commands``: the command lines of web, worker and dispatcher.
- ``throwaway``: servers for one command, in a temporary folder.
- ``studio``: ``manage.py serve``.
"""
