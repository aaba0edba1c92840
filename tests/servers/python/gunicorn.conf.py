"""One worker of many threads, which does not outlive a killed master."""

import ctypes
import signal

worker_class = "gthread"
workers = 1
threads = 256  # every open stream holds one, and an abandoned one until the next publish
loglevel = "warning"

PR_SET_PDEATHSIG = 1


def post_fork(server, worker):
    # A worker with an open stream never ends by itself; tests end the master by SIGKILL.
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
