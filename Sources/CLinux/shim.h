// What Linux offers and Swift's Glibc module leaves out, because it is declared for _GNU_SOURCE alone.
#pragma once

#include <sys/types.h>
#include <sys/uio.h>

ssize_t preadv2(int descriptor, const struct iovec *vectors, int count, off_t offset, int flags);

/// Reads what is in the page cache already, or fails with EAGAIN: never waits for a disk.
static inline ssize_t matinee_pread_cached(int descriptor, void *target, size_t count, off_t offset) {
  struct iovec vector = {target, count};
  return preadv2(descriptor, &vector, 1, offset, /* RWF_NOWAIT */ 8);
}
