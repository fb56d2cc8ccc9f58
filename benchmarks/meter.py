"""How many bytes a call has allocated at its peak, whoever allocates them.

NumPy, Numba, C++ and the frameworks all end at the C library's `malloc`. A small library that
counts is loaded before it (`LD_PRELOAD`); with `PYTHONMALLOC=malloc` Python's own objects are
counted too, so that lists cost what they cost. Needs Linux, glibc and a compiler.
"""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

from benchmarks import cpp
from benchmarks.timing import Call

TEXT = """\
#include <atomic>
#include <cerrno>
#include <cstddef>
#include <malloc.h>
extern "C" {
void *__libc_malloc(size_t);
void *__libc_calloc(size_t, size_t);
void *__libc_realloc(void *, size_t);
void *__libc_memalign(size_t, size_t);
void __libc_free(void *);

static std::atomic<long> now{0}, most{0};

static void *more(void *p) {
    if (p) {
        long n = now += malloc_usable_size(p), m = most;
        while (n > m && !most.compare_exchange_weak(m, n)) {}
    }
    return p;
}
static void less(void *p) { if (p) now -= malloc_usable_size(p); }

void *malloc(size_t n) { return more(__libc_malloc(n)); }
void *calloc(size_t n, size_t m) { return more(__libc_calloc(n, m)); }
void *realloc(void *p, size_t n) {
    less(p);
    void *q = __libc_realloc(p, n);
    if (!q && n) { more(p); return q; }
    return more(q);
}
void free(void *p) { less(p); __libc_free(p); }
void *memalign(size_t a, size_t n) { return more(__libc_memalign(a, n)); }
void *aligned_alloc(size_t a, size_t n) { return more(__libc_memalign(a, n)); }
int posix_memalign(void **p, size_t a, size_t n) {
    *p = more(__libc_memalign(a, n));
    return *p ? 0 : ENOMEM;
}
long meter_now() { return now; }
long meter_most() { return most; }
void meter_reset() { most = (long)now; }
}
"""


def build() -> Path | None:
    """The library to load beforehand, or None where there can be none."""
    if not sys.platform.startswith("linux") or not cpp.available():
        return None
    return cpp.build(TEXT, "-O2", "-shared", "-fPIC")


def peak(call: Call) -> int:
    """The most bytes that a call had at a time beyond what there was before.

    Raises AttributeError in a process that the library was not loaded into.
    """
    meter = ctypes.CDLL(None)
    meter.meter_now.restype = meter.meter_most.restype = ctypes.c_long
    call()
    before = meter.meter_now()
    meter.meter_reset()
    call()
    return meter.meter_most() - before
