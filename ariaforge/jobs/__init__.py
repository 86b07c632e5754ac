"""Background jobs: the database row is the truth.

The life of a job
-----------------

1. :func:`ariaforge.jobs.services.submit_job` writes a row ``queued`` in the caller's
   transaction. The row is the outbox: nothing is sent to Redis by the caller.
2. The dispatcher (:mod:`ariaforge.jobs.dispatcher`, one active by advisory lock) sends a
   *nudge* for each row that waits. It sends again what has waited too long, and takes
   jobs back from workers whose lease has run out. Redis may lose everything at any time.
3. An actor (:mod:`ariaforge.actors`) claims the best waiting job of its queue with one
   conditional UPDATE that mints a lease token (:mod:`ariaforge.jobs.claims`).
4. The work runs in a child process group with limits (:mod:`ariaforge.jobs.child`),
   watched by the worker's thread (:mod:`ariaforge.jobs.attempt`), which renews the lease.
5. The end (:mod:`ariaforge.jobs.transitions`) is one transaction that holds only while the
   token is still the row's: state, artifacts, and the kind's own rows. Whoever finds the
   token changed stops, because somebody else owns the job or it was cancelled.
6. Files that the work has stored and that got no row by then are removed
   (:mod:`ariaforge.jobs.files`).
"""
