"""The platform: settings, jobs, storage, events, health, and the processes of a studio."""

import os

# One thread for linear algebra, before numpy is first imported. Our matrices are small and jobs
# already share the cores: more threads wait for each other, with twice the processor time on an
# idle machine and up to twenty times the seconds on a busy one, for the same numbers.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
